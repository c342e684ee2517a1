/* One slice view: the picture, masks and marks in one SVG whose units are pixels of the picture, centres at integers.
   What the mouse does is told by the event "act"; zoom and pan stay in the browser. */
(function () {
  const CLICK_PIXELS = 4;
  const MOST_ZOOM = 20;

  const template = `
  <div class="sam-view" :class="{ 'sam-active': view.active }" :data-view="view.name">
    <svg ref="svg" :viewBox="box" preserveAspectRatio="xMidYMid meet" role="img" tabindex="0"
         :aria-label="view.name + ' slice ' + (view.index + 1) + ' of ' + view.count"
         @pointerdown="press" @pointermove="move" @pointerup="release" @pointercancel="drag = null"
         @wheel.prevent="wheel" @contextmenu.prevent @keydown="key">
      <image x="-0.5" y="-0.5" :width="view.width" :height="view.height" preserveAspectRatio="none" :href="view.image"/>
      <image v-if="view.overlay" class="sam-overlay" x="-0.5" y="-0.5" :width="view.width" :height="view.height"
             preserveAspectRatio="none" :href="view.overlay"/>
      <g class="sam-cross">
        <line :x1="view.cross[0]" y1="-0.5" :x2="view.cross[0]" :y2="view.height - 0.5"/>
        <line x1="-0.5" :y1="view.cross[1]" :x2="view.width - 0.5" :y2="view.cross[1]"/>
      </g>
      <g v-for="mark in view.marks" :key="mark.id">
        <rect v-if="mark.kind === 'box'" class="sam-box" :x="mark.u" :y="mark.v" :width="mark.w" :height="mark.h"/>
        <g v-else class="sam-point" :class="mark.label ? 'sam-inside' : 'sam-outside'"
           :transform="'translate(' + mark.u + ' ' + mark.v + ') scale(' + scale + ')'">
          <circle r="6"/><path :d="mark.label ? 'M-3 0H3M0 -3V3' : 'M-3 0H3'"/>
        </g>
      </g>
      <rect v-if="drawn" class="sam-box sam-drawn" v-bind="drawn"/>
    </svg>
    <span class="sam-edge sam-left">{{ view.edges[0] }}</span><span class="sam-edge sam-right">{{ view.edges[1] }}</span>
    <span class="sam-edge sam-top">{{ view.edges[2] }}</span><span class="sam-edge sam-bottom">{{ view.edges[3] }}</span>
    <label class="sam-slider"><span>{{ view.name }}</span>
      <input type="range" min="0" :max="view.count - 1" :value="view.index" :aria-label="view.name + ' slice'"
             @input="tell('scroll', { index: Number($event.target.value) })">
      <output>{{ view.index + 1 }}/{{ view.count }}</output></label>
  </div>`;

  const SliceView = {
    name: "sam-slice",
    template,
    props: { view: { type: Object, required: true }, tool: { type: String, default: "positive" } },
    emits: ["act"],
    data() { return { zoom: 1, centre: null, drag: null, scale: 1, wanted: null }; },
    computed: {
      box() {
        const width = this.view.width / this.zoom, height = this.view.height / this.zoom;
        const [u, v] = this.centre || [(this.view.width - 1) / 2, (this.view.height - 1) / 2];
        return [u - width / 2, v - height / 2, width, height].join(" ");
      },
      drawn() {
        if (!this.drag || this.drag.kind !== "box" || !this.drag.moved) return null;
        const [a, b] = [this.drag.start, this.drag.end];
        return { x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]),
                 width: Math.abs(a[0] - b[0]), height: Math.abs(a[1] - b[1]) };
      },
    },
    watch: { "view.index"(index) { if (index === this.wanted) this.wanted = null; } },
    mounted() { this.observer = new ResizeObserver(() => this.measure()); this.observer.observe(this.$refs.svg); },
    updated() { this.measure(); },
    unmounted() { this.observer.disconnect(); },
    methods: {
      measure() {
        const matrix = this.$refs.svg && this.$refs.svg.getScreenCTM();
        if (matrix && matrix.a && Math.abs(1 / matrix.a - this.scale) > 1e-6) this.scale = 1 / matrix.a;
      },
      place(event) {
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.$refs.svg.getScreenCTM().inverse());
        return [point.x, point.y];
      },
      tell(kind, more) { this.$emit("act", Object.assign({ kind, view: this.view.name }, more)); },
      press(event) {
        const pans = event.button === 1 || (event.button === 0 && event.altKey);
        const kind = event.button === 2 ? "window" : pans ? "pan" : event.shiftKey ? "cross"
          : this.tool === "box" ? "box" : "point";
        const uv = this.place(event);
        this.drag = { kind, start: uv, end: uv, moved: false, x: event.clientX, y: event.clientY,
                      x0: event.clientX, y0: event.clientY, label: event.ctrlKey || event.metaKey ? 0 : null };
        this.$refs.svg.setPointerCapture(event.pointerId);
        if (kind === "pan") event.preventDefault();
        if (kind === "cross") this.tell("cross", { uv });
      },
      move(event) {
        const drag = this.drag;
        if (!drag) return;
        const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
        drag.moved = drag.moved || Math.hypot(event.clientX - drag.x0, event.clientY - drag.y0) > CLICK_PIXELS;
        drag.end = this.place(event);
        if (drag.kind === "pan") this.pan(dx, dy);
        if (drag.kind === "cross") this.tell("cross", { uv: drag.end });
        if (drag.kind === "window" && drag.moved) this.tell("window", { dx, dy });
        drag.x = event.clientX; drag.y = event.clientY;
      },
      release(event) {
        const drag = this.drag;
        this.drag = null;
        if (!drag) return;
        if (drag.kind === "box" && drag.moved) this.tell("box", { start: drag.start, end: drag.end });
        if (drag.kind === "window" && !drag.moved) this.tell("remove", { uv: drag.start, tolerance: 10 * this.scale });
        if (drag.kind === "point" || (drag.kind === "box" && !drag.moved))
          if (this.inside(drag.start)) this.tell("click", { uv: drag.start, label: drag.label });
      },
      inside([u, v]) { return u >= -0.5 && v >= -0.5 && u < this.view.width - 0.5 && v < this.view.height - 0.5; },
      pan(dx, dy) {
        const [u, v] = this.centre || [(this.view.width - 1) / 2, (this.view.height - 1) / 2];
        this.centre = [u - dx * this.scale, v - dy * this.scale];
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
        const zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor));
        const [u, v] = this.centre || [(this.view.width - 1) / 2, (this.view.height - 1) / 2];
        const kept = this.zoom / zoom;
        this.centre = zoom === 1 ? null : [about[0] + (u - about[0]) * kept, about[1] + (v - about[1]) * kept];
        this.zoom = zoom;
      },
      key(event) {
        const by = { ArrowUp: 1, PageUp: 1, ArrowDown: -1, PageDown: -1 }[event.key];
        if (by && !event.ctrlKey) { event.preventDefault(); this.step(by * (event.key.startsWith("Page") ? 5 : 1)); }
        if (event.key === "+") this.zoomBy(1.25, [this.view.width / 2, this.view.height / 2]);
        if (event.key === "-") this.zoomBy(0.8, [this.view.width / 2, this.view.height / 2]);
      },
    },
  };

  /* Keys of the whole page; what is typed into a field is the field's own. */
  const Keys = {
    name: "sam-keys",
    props: { keys: { type: Object, required: true } },
    emits: ["key"],
    render() { return null; },
    mounted() { window.addEventListener("keydown", this.press); window.addEventListener("click", this.clicked); },
    unmounted() { window.removeEventListener("keydown", this.press); window.removeEventListener("click", this.clicked); },
    methods: {
      clicked(event) { /* Enter accepts after a click with the mouse; it must not press the same button again */
        const button = event.detail > 0 && event.target.closest && event.target.closest("button, a");
        if (button) button.blur();
      },
      press(event) {
        const field = event.target.closest && event.target.closest("input:not([type=range]), textarea, select, [role=listbox]");
        if (field || event.altKey || event.isComposing) return;
        if (event.key === "Enter" && event.target.closest && event.target.closest("button, a")) return;
        const name = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
        const action = this.keys[name];
        if (!action) return;
        event.preventDefault();
        this.$emit("key", action);
      },
    },
  };

  window.samWorkspace = {
    install(app) { app.component("sam-slice", SliceView); app.component("sam-keys", Keys); },
  };
})();
