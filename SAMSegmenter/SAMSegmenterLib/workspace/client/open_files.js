/* Sends a file to the workspace, which opens it: <sam-upload busy most series frame>. */
(function () {
  const Upload = {
    name: "sam-upload",
    props: { busy: String, most: Number, series: String, frame: [String, Number] },
    data: () => ({ part: null, failure: "" }),
    render() {
      const h = window.Vue.h, disabled = !!this.busy || this.part !== null || !this.most;
      const input = (kind, label) => h("label", { class: "sam-file" }, [
        h("span", label),
        h("input", {
          type: "file", disabled, "data-open": kind, onChange: (event) => this.send(kind, event.target),
        }),
      ]);
      return h("div", [
        input("volume", "Volume (NRRD, NIfTI, MetaImage, picture, DICOM file, or a zip file of DICOM files)"),
        input("labels", "Structures (.seg.nrrd, label map, DICOM SEG)"),
        this.part === null ? null : h("progress", { value: this.part, max: 1, "aria-label": "Sent" }),
        this.failure ? h("p", { role: "alert" }, this.failure) : null,
      ]);
    },
    methods: {
      send(kind, input) {
        const file = input.files[0];
        input.value = "";
        this.failure = "";
        if (!file) return;
        if (file.size > this.most) {
          this.failure = `${file.name} is larger than ${Math.round(this.most / 1048576)} MB, the most that may be sent.`;
          return;
        }
        const query = new URLSearchParams({ name: file.name, series: this.series || "", frame: this.frame || "" });
        const request = new XMLHttpRequest();
        request.open("POST", `open/${kind}?${query}`);
        request.upload.onprogress = (event) => { this.part = event.loaded / Math.max(event.total, 1); };
        request.onload = () => { this.part = null; };
        request.onerror = () => { this.part = null; this.failure = "The file could not be sent."; };
        this.part = 0;
        request.send(file);
      },
    },
  };
  window.samOpenFiles = { install(app) { app.component("sam-upload", Upload); } };
})();
