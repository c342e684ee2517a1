/* One slice view: the picture, masks and marks in one SVG whose units are the smaller side of a pixel.
   Places (u, v) are pixels of the picture, centres at integers. What the mouse and the keyboard do is told by the event
   "act"; zoom and pan stay in the browser. */
(function () {
  const CLICK_PIXELS = 4, GRAB_PIXELS = 8, CORNER_PIXELS = 12, HOVER_MILLISECONDS = 80, MOST_ZOOM = 20;

  const template = `
  <div class="sam-view" :class="{ 'sam-active': view.active, 'sam-big': big === view.name }" :data-view="view.name">
    <svg ref="svg" :viewBox="box" preserveAspectRatio="xMidYMid meet" role="application" tabindex="0"
         :class="'sam-tool-' + tool"
         :aria-label="view.name + ' view, slice ' + view.index + ' of ' + (view.count - 1)
                      + '. Up and Down scroll, Shift and arrows move the cross-hair, Space marks there.'"
         @pointerdown="press" @pointermove="move" @pointerup="release" @pointercancel="drag = null"
         @pointerleave="leave" @wheel.prevent="wheel" @contextmenu.prevent @keydown="key">
      <image v-bind="frame" preserveAspectRatio="none" :href="image"/>
      <image v-if="overlay" class="sam-overlay" v-bind="frame" preserveAspectRatio="none" :href="overlay"/>
      <g class="sam-cross">
        <line :x1="x(view.cross[0])" :y1="y(-0.5)" :x2="x(view.cross[0])" :y2="y(view.height - 0.5)"/>
        <line :x1="x(-0.5)" :y1="y(view.cross[1])" :x2="x(view.width - 0.5)" :y2="y(view.cross[1])"/>
      </g>
      <g v-for="mark in view.marks" :key="mark.id">
        <rect v-if="mark.kind === 'box'" class="sam-box" :x="x(mark.u)" :y="y(mark.v)"
              :width="x(mark.w)" :height="y(mark.h)"/>
        <g v-else-if="mark.kind === 'point'" class="sam-point" :class="mark.label ? 'sam-inside' : 'sam-outside'"
           :transform="'translate(' + x(mark.u) + ' ' + y(mark.v) + ') scale(' + scale + ')'">
          <circle r="6"/><path :d="mark.label ? 'M-3 0H3M0 -3V3' : 'M-3 0H3'"/>
        </g>
        <path v-else class="sam-line" :class="mark.label ? 'sam-inside' : 'sam-outside'"
              :d="line(mark.path, mark.kind === 'lasso')"/>
      </g>
      <rect v-if="drawn" class="sam-box sam-drawn" v-bind="drawn"/>
      <path v-if="stroke" class="sam-line sam-drawn" :class="drag.label === 0 || (drag.label === null && !label)
            ? 'sam-outside' : 'sam-inside'" :d="stroke"/>
    </svg>
    <span class="sam-edge sam-left">{{ view.edges[0] }}</span><span class="sam-edge sam-right">{{ view.edges[1] }}</span>
    <span class="sam-edge sam-top">{{ view.edges[2] }}</span><span class="sam-edge sam-bottom">{{ view.edges[3] }}</span>
    <div class="sam-slider">
      <button type="button" :title="'Make ' + view.name + ' the large view'" :aria-pressed="big === view.name"
              @click="$emit('grow', view.name)">{{ view.name }}</button>
      <input type="range" min="0" :max="view.count - 1" :value="view.index" :aria-label="view.name + ' slice'"
             @input="tell('scroll', { index: Number($event.target.value) })">
      <output>{{ view.index }}/{{ view.count - 1 }}</output></div>
  </div>`;

  function toLine([u, v], path, closed) { /* distance of a place from a line, in pixels of the picture */
    const points = closed ? [...path, path[0]] : path;
    let least = Infinity;
    for (let n = 0; n + 1 < points.length; n++) {
      const [a, b] = [points[n], points[n + 1]], du = b[0] - a[0], dv = b[1] - a[1];
      const along = Math.min(1, Math.max(0, ((u - a[0]) * du + (v - a[1]) * dv) / (du * du + dv * dv || 1)));
      least = Math.min(least, Math.hypot(u - a[0] - along * du, v - a[1] - along * dv));
    }
    return least;
  }

  function outline(mark) {
    if (mark.kind !== "box") return mark.path;
    const { u, v, w, h } = mark;
    return [[u, v], [u + w, v], [u + w, v + h], [u, v + h]];
  }

  const SliceView = {
    name: "sam-slice",
    template,
    props: {
      view: { type: Object, required: true }, image: String, overlay: String, tool: { type: String, default: "point" },
      label: { type: Number, default: 1 }, hover: Boolean, big: String,
    },
    emits: ["act", "grow"],
    data() { return { zoom: 1, centre: null, drag: null, scale: 1, wanted: null, aim: null, hovered: 0 }; },
    computed: {
      box() {
        const width = this.x(this.view.width) / this.zoom, height = this.y(this.view.height) / this.zoom;
        const [u, v] = this.middle();
        return [this.x(u) - width / 2, this.y(v) - height / 2, width, height].join(" ");
      },
      frame() {
        return { x: this.x(-0.5), y: this.y(-0.5), width: this.x(this.view.width), height: this.y(this.view.height) };
      },
      drawn() {
        if (!this.drag || this.drag.kind !== "box" || !this.drag.moved) return null;
        const [a, b] = [this.drag.start, this.drag.end];
        return { x: this.x(Math.min(a[0], b[0])), y: this.y(Math.min(a[1], b[1])),
                 width: this.x(Math.abs(a[0] - b[0])), height: this.y(Math.abs(a[1] - b[1])) };
      },
      stroke() {
        const drag = this.drag;
        if (!drag || !drag.moved) return "";
        if (drag.kind === "held") return this.line([drag.start, drag.end]);
        return drag.kind === "draw" ? this.line(drag.path, this.tool === "lasso") : "";
      },
    },
    watch: { /* keys come faster than answers: the next step goes on from where the last one leads */
      "view.index"(index) { if (index === this.wanted) this.wanted = null; },
      "view.cross"() { if (this.aim && this.isCrossed(this.aim)) this.aim = null; },
    },
    mounted() { this.observer = new ResizeObserver(() => this.measure()); this.observer.observe(this.$refs.svg); },
    updated() { this.measure(); },
    unmounted() { this.observer.disconnect(); },
    methods: {
      x(u) { return u * this.view.pixel[0]; },
      y(v) { return v * this.view.pixel[1]; },
      line(path, closed) {
        return "M" + path.map(([u, v]) => this.x(u) + " " + this.y(v)).join("L") + (closed ? "Z" : "");
      },
      middle() { return this.centre || [(this.view.width - 1) / 2, (this.view.height - 1) / 2]; },
      measure() {
        const matrix = this.$refs.svg && this.$refs.svg.getScreenCTM();
        if (matrix && matrix.a && Math.abs(1 / matrix.a - this.scale) > 1e-6) this.scale = 1 / matrix.a;
      },
      place(event) {
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.$refs.svg.getScreenCTM().inverse());
        return [point.x / this.view.pixel[0], point.y / this.view.pixel[1]];
      },
      tell(kind, more) { this.$emit("act", Object.assign({ kind, view: this.view.name }, more)); },
      reach(pixels) { return pixels * this.scale; },
      markAt(uv) {
        let found = null, least = this.reach(GRAB_PIXELS);
        for (const mark of this.view.marks) {
          const distance = mark.kind === "point" ? Math.hypot(uv[0] - mark.u, uv[1] - mark.v)
            : toLine(uv, outline(mark), mark.kind !== "scribble");
          if (distance <= least) { found = mark; least = distance; }
        }
        return found;
      },
      kindOf(event, mark) {
        if (event.button === 2) return "window";
        if (event.button === 1 || event.altKey) return "pan";
        if (event.shiftKey) return "cross";
        if (mark) return "held";
        return { box: "box", scribble: "draw", lasso: "draw" }[this.tool] || "point";
      },
      press(event) {
        this.aim = null;
        const uv = this.place(event), mark = this.tool === "pick" ? null : this.markAt(uv);
        const kind = this.kindOf(event, mark);
        this.drag = { kind, mark, start: uv, end: uv, path: [uv], moved: false, x: event.clientX, y: event.clientY,
                      x0: event.clientX, y0: event.clientY, label: event.ctrlKey || event.metaKey ? 0 : null };
        this.$refs.svg.setPointerCapture(event.pointerId);
        if (kind === "pan") event.preventDefault();
        if (kind === "cross") this.tell("cross", { uv });
      },
      move(event) {
        const drag = this.drag;
        if (!drag) return this.point(event);
        const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
        drag.moved = drag.moved || Math.hypot(event.clientX - drag.x0, event.clientY - drag.y0) > CLICK_PIXELS;
        drag.end = this.place(event);
        if (drag.kind === "draw") drag.path.push(drag.end);
        if (drag.kind === "pan") this.pan(dx, dy);
        if (drag.kind === "cross") this.tell("cross", { uv: drag.end });
        if (drag.kind === "window" && drag.moved) this.tell("window", { dx, dy });
        drag.x = event.clientX; drag.y = event.clientY;
      },
      point(event) { /* the mouse moves without a button: what would a click mark? */
        if (!this.hover || this.tool !== "point" || !this.view.active) return;
        const now = performance.now(), uv = this.place(event);
        if (now - this.hovered < HOVER_MILLISECONDS || !this.inside(uv)) return;
        this.hovered = now;
        this.tell("hover", { uv, label: event.ctrlKey || event.metaKey ? 0 : null });
      },
      leave() { if (this.hover && !this.drag) this.tell("leave"); },
      release() {
        const drag = this.drag;
        this.drag = null;
        if (!drag) return;
        const { start, end, label } = drag, clicked = !drag.moved && this.inside(start);
        if (drag.kind === "window" && !drag.moved) this.tell("remove", { uv: start, tolerance: this.reach(10) });
        else if (drag.kind === "held" && drag.moved)
          this.tell("move", { id: drag.mark.id, start, end, reach: this.reach(CORNER_PIXELS) });
        else if (drag.kind === "box" && drag.moved) this.tell("box", { start, end });
        else if (drag.kind === "draw" && drag.moved) this.tell("draw", { path: drag.path, label });
        else if (drag.kind === "point" && this.inside(start)) this.tell("click", { uv: start, label });
        else if (clicked && ["held", "box"].includes(drag.kind)) this.tell("click", { uv: start, label });
      },
      inside([u, v]) { return u >= -0.5 && v >= -0.5 && u < this.view.width - 0.5 && v < this.view.height - 0.5; },
      pan(dx, dy) {
        const [u, v] = this.middle(), [across, down] = this.view.pixel;
        this.centre = [u - dx * this.scale / across, v - dy * this.scale / down];
      },
      wheel(event) {
        if (event.ctrlKey || event.metaKey) return this.zoomBy(event.deltaY < 0 ? 1.25 : 0.8, this.place(event));
        this.step(event.deltaY < 0 ? 1 : -1);
      },
      step(by) {
        const from = this.wanted === null ? this.view.index : this.wanted;
        const index = Math.min(this.view.count - 1, Math.max(0, from + by));
        if (index === from) return;
        this.wanted = index;
        this.tell("scroll", { index });
      },
      zoomBy(factor, about) {
        const zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor)), [u, v] = this.middle();
        const kept = this.zoom / zoom;
        this.centre = zoom === 1 ? null : [about[0] + (u - about[0]) * kept, about[1] + (v - about[1]) * kept];
        this.zoom = zoom;
      },
      key(event) {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        const by = { ArrowUp: 1, PageUp: 5, ArrowDown: -1, PageDown: -5 }[event.key];
        const to = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (event.shiftKey && to) this.aimBy(to);
        else if (by) this.step(by);
        else if (event.key === " ") this.tell("click", { uv: this.aim || this.view.cross, label: null });
        else if (event.key === "+") this.zoomBy(1.25, this.view.cross);
        else if (event.key === "-") this.zoomBy(0.8, this.view.cross);
        else return;
        event.preventDefault();
      },
      aimBy([du, dv]) {
        const [u, v] = this.aim || this.view.cross, { width, height } = this.view;
        const uv = [Math.min(width - 1, Math.max(0, u + du)), Math.min(height - 1, Math.max(0, v + dv))];
        this.aim = this.isCrossed(uv) ? null : uv;
        this.tell("cross", { uv });
      },
      isCrossed([u, v]) { return Math.abs(u - this.view.cross[0]) < 0.25 && Math.abs(v - this.view.cross[1]) < 0.25; },
    },
  };

  (window.samParts = window.samParts || {})["sam-slice"] = SliceView;
})();
