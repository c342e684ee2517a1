/* Keys of the whole page; what is typed into a field is the field's own. */
(function () {
  const FIELDS = "input:not([type=range]):not([type=checkbox]), textarea, select, [role=listbox], [role=combobox]";
  const PRESSED = "button, a, [role=button], [role=option], summary";

  const COVERS = ".v-dialog.v-overlay--active, .sam-panel"; /* nobody sees what a key would do below */

  const Keys = {
    name: "sam-keys",
    props: { keys: { type: Object, required: true } },
    emits: ["key", "help"],
    render() { return null; },
    mounted() { window.addEventListener("keydown", this.press); window.addEventListener("click", this.clicked); },
    unmounted() { window.removeEventListener("keydown", this.press); window.removeEventListener("click", this.clicked); },
    methods: {
      clicked(event) { /* Enter accepts after a click with the mouse; it must not press the same button again */
        const button = event.detail > 0 && event.target.closest && event.target.closest("button, a");
        if (button) button.blur();
      },
      nameOf(event) {
        const control = event.ctrlKey || event.metaKey;
        const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
        return (control ? "Ctrl+" : "") + (control && event.shiftKey ? "Shift+" : "") + key;
      },
      press(event) {
        const at = (selector) => event.target.closest && event.target.closest(selector);
        if (at(FIELDS) || event.altKey || event.isComposing || document.querySelector(COVERS)) return;
        if ((event.key === "Enter" || event.key === " ") && !event.ctrlKey && at(PRESSED)) return;
        if (event.key === "?") { event.preventDefault(); return this.$emit("help"); }
        const action = this.keys[this.nameOf(event)];
        if (!action) return;
        event.preventDefault();
        this.$emit("key", action);
      },
    },
  };

  (window.samParts = window.samParts || {})["sam-keys"] = Keys;
})();
