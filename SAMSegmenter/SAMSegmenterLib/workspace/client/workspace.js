/* Makes the workspace's own elements known to the page. */
window.samWorkspace = {
  install(app) { for (const [name, part] of Object.entries(window.samParts || {})) app.component(name, part); },
};
