/* The surface of the segments, which is only made when it is asked for; turned by dragging, buttons and arrow keys. */
(function () {
  const STEP = Math.PI / 12, DRAG = 0.01, SIDES = [["A", [0, 0]], ["R", [Math.PI / 2, 0]], ["P", [Math.PI, 0]], ["L", [-Math.PI / 2, 0]]];

  const template = `
  <div class="sam-view sam-surface" :class="{ 'sam-big': big === 'surface' }" data-view="surface">
    <canvas ref="canvas" tabindex="0" role="img" :aria-label="words" @keydown="key" @pointerdown="press"
            @pointermove="move" @pointerup="drag = null" @pointercancel="drag = null" @wheel.prevent="wheel"></canvas>
    <p v-if="!parts.length" class="sam-quiet sam-surface-words">{{ words }}</p>
    <div class="sam-slider">
      <button type="button" title="Make the surface the large view" :aria-pressed="big === 'surface'"
              @click="$emit('grow', 'surface')">3D</button>
      <button type="button" class="sam-tool" data-action="surface" :disabled="state === 'making'" @click="$emit('make')">
        {{ { none: 'Make surface', making: 'Making\u2026', ready: 'Make anew', stale: 'Renew' }[state] }}</button>
      <span v-if="state === 'stale'" class="sam-quiet sam-one-line" title="Segments have changed since">changed since</span>
      <span class="sam-space"></span>
      <button v-for="[side, to] in sides" :key="side" type="button" class="sam-tool" :disabled="!parts.length"
              :title="'Look from ' + { A: 'the front', P: 'behind', R: 'the right', L: 'the left' }[side]"
              @click="turn = to">{{ side }}</button>
    </div>
  </div>`;

  const SurfaceView = {
    name: "sam-surface",
    template,
    props: { meshes: { type: Object, required: true }, state: String, big: String },
    emits: ["make", "grow"],
    data() { return { turn: [0, 0], zoom: 1, drag: null, sides: SIDES }; },
    computed: {
      parts() { return Object.freeze(window.samRaster.scene(this.meshes)); },
      words() {
        if (this.state === "making") return "The surface is being made.";
        if (!this.parts.length) return "No surface yet.";
        return "Surface of " + this.meshes.parts.map((part) => part.name).join(", ") + ". Arrow keys turn it.";
      },
    },
    watch: { parts: "draw", turn: "draw", zoom: "draw", big: "draw" },
    mounted() { this.observer = new ResizeObserver(() => this.draw()); this.observer.observe(this.$refs.canvas); this.draw(); },
    unmounted() { this.observer.disconnect(); },
    methods: {
      draw() {
        if (this.waiting) return;
        this.waiting = requestAnimationFrame(() => {
          this.waiting = null;
          const canvas = this.$refs.canvas;
          if (!canvas || !canvas.clientWidth || !canvas.clientHeight) return;
          if (canvas.width !== canvas.clientWidth) canvas.width = canvas.clientWidth;
          if (canvas.height !== canvas.clientHeight) canvas.height = canvas.clientHeight;
          const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
          window.samRaster.draw(image, this.parts, this.turn, this.zoom);
          context.putImageData(image, 0, 0);
        });
      },
      press(event) { this.$refs.canvas.setPointerCapture(event.pointerId); this.drag = [event.clientX, event.clientY]; },
      move(event) {
        if (!this.drag) return;
        this.by(-(event.clientX - this.drag[0]) * DRAG, (event.clientY - this.drag[1]) * DRAG);
        this.drag = [event.clientX, event.clientY];
      },
      by(around, over) {
        const up = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, this.turn[1] + over));
        this.turn = [this.turn[0] + around, up];
      },
      wheel(event) { this.zoom = Math.min(8, Math.max(0.5, this.zoom * (event.deltaY < 0 ? 1.15 : 0.87))); },
      key(event) {
        const to = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key];
        if (event.ctrlKey || event.altKey || event.metaKey || !(to || "+-".includes(event.key))) return;
        event.preventDefault();
        if (to) this.by(...to); else this.zoom = Math.min(8, Math.max(0.5, this.zoom * (event.key === "+" ? 1.15 : 0.87)));
      },
    },
  };

  (window.samParts = window.samParts || {})["sam-surface"] = SurfaceView;
})();
