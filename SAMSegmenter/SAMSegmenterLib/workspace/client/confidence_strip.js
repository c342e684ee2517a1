/* A bar per slice of a structure: its height and colour say how far its mask can be trusted. A click or the arrow keys
   go to a slice, a drag or Shift with the arrow keys chooses a range. */
(function () {
  const WIDTH = 1000, HEIGHT = 40;

  const template = `
  <div class="sam-strip" data-part="strip">
    <svg ref="svg" :viewBox="'0 0 ' + ${WIDTH} + ' ' + ${HEIGHT}" preserveAspectRatio="none" role="slider" tabindex="0"
         aria-label="Slices and their confidence" :aria-valuemin="strip.first" :aria-valuemax="strip.last"
         :aria-valuenow="strip.shown" :aria-valuetext="strip.words"
         @pointerdown="press" @pointermove="move" @pointerup="release" @pointercancel="drag = null" @keydown="key">
      <rect v-if="range" class="sam-range" :x="left(range[0])" y="0" :width="left(range[1] + 1) - left(range[0])"
            height="${HEIGHT}"/>
      <rect v-for="cell in cells" :key="cell.index" :class="cell.look" :x="cell.x" :y="cell.y" :width="cell.width"
            :height="cell.height"><title>{{ cell.title }}</title></rect>
      <rect v-for="index in strip.stops" :key="'stop' + index" class="sam-stop" :x="left(index)" y="0" :width="wide(index)"
            height="${HEIGHT}"/>
      <rect v-if="isThere(strip.worst)" class="sam-worst" :x="left(strip.worst)" y="0" :width="wide(strip.worst)"
            height="5"/>
      <rect v-if="isThere(strip.shown)" class="sam-here" :x="left(strip.shown)" y="0.5" :width="wide(strip.shown)"
            height="${HEIGHT - 1}"/>
    </svg>
    <div class="sam-strip-words"><span>{{ strip.first }}</span><output>{{ strip.words }}</output><span>{{ strip.last }}</span></div>
  </div>`;

  const Strip = {
    name: "sam-strip",
    template,
    props: { strip: { type: Object, required: true }, range: Array },
    emits: ["go", "choose"],
    data() { return { drag: null, wanted: null }; },
    watch: { "strip.shown"(index) { if (index === this.wanted) this.wanted = null; } },
    computed: {
      count() { return Math.max(1, this.strip.last - this.strip.first + 1); },
      cells() {
        return this.strip.slices.map(([index, confidence, level, kind]) => {
          const height = kind === "keyframe" ? HEIGHT : Math.max(3, confidence * (HEIGHT - 6));
          const words = kind === "keyframe" ? "accepted by hand" : "confidence " + confidence.toFixed(2) + ", " + kind;
          return { index, x: this.left(index), width: this.wide(index), y: HEIGHT - height, height,
                   look: ["sam-cell", "sam-level-" + level, "sam-is-" + kind], title: "Slice " + index + ": " + words };
        });
      },
    },
    methods: {
      left(index) { return ((index - this.strip.first) / this.count) * WIDTH; },
      wide(index) { return Math.max(1, WIDTH / this.count - (this.count < 200 ? 0.8 : 0)); },
      isThere(index) { return index >= this.strip.first && index <= this.strip.last; },
      at(event) {
        const frame = this.$refs.svg.getBoundingClientRect(), share = (event.clientX - frame.left) / frame.width;
        return this.inside(this.strip.first + Math.floor(share * this.count));
      },
      inside(index) { return Math.min(this.strip.last, Math.max(this.strip.first, index)); },
      press(event) {
        this.wanted = null;
        this.$refs.svg.setPointerCapture(event.pointerId);
        this.drag = { from: this.at(event), moved: false };
      },
      move(event) {
        if (!this.drag) return;
        const index = this.at(event);
        this.drag.moved = this.drag.moved || index !== this.drag.from;
        if (this.drag.moved) this.choose(this.drag.from, index);
      },
      release() {
        const drag = this.drag;
        this.drag = null;
        if (!drag || drag.moved) return;
        this.$emit("choose", null);
        this.$emit("go", drag.from);
      },
      choose(a, b) { this.$emit("choose", [Math.min(a, b), Math.max(a, b)]); },
      key(event) {
        const to = { ArrowLeft: -1, ArrowRight: 1, PageDown: -5, PageUp: 5, Home: -1e6, End: 1e6 }[event.key];
        if (!to || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        const shown = this.wanted === null ? this.strip.shown : this.wanted; /* keys come faster than answers */
        const here = this.isThere(shown) ? shown : this.strip.first, index = this.inside(here + to);
        if (event.shiftKey) {
          if (this.anchor === undefined || !this.range) this.anchor = here;
          this.choose(this.anchor, index);
        } else if (this.range) this.$emit("choose", null);
        if (index !== this.strip.shown || this.wanted !== null) this.wanted = index;
        this.$emit("go", index);
      },
    },
  };

  (window.samParts = window.samParts || {})["sam-strip"] = Strip;
})();
