// SPDX-License-Identifier: Apache-2.0
// Browsers start no worker from file://. There, a hidden frame runs the search's script instead.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.frame = frame;
      window.addEventListener("message", (event) => {
        if (event.source !== frame.contentWindow) return;
        this.dispatchEvent(new MessageEvent("message", { data: event.data }));
        this.onmessage?.(event);
      });
      const write = frame.contentDocument;
      write.open();
      write.write(
        "<body><script>" +
          "postMessage = (data) => parent.postMessage(data, '*');" +
          "importScripts = (...urls) => urls.reduce((before, url) => before.then(() => new Promise((done) => {" +
          "const script = document.createElement('script');" +
          "script.src = url; script.onload = done; document.body.append(script);})), Promise.resolve());" +
          "<\/script>" +
          `<script src="${url}"><\/script>`,
      );
      write.close();
      this.ready = new Promise((done) => frame.addEventListener("load", done, { once: true }));
    }
    postMessage(data) {
      this.ready.then(() =>
        this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data, source: parent })),
      );
    }
    terminate() {
      this.frame.remove();
    }
  };
}
