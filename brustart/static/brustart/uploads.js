/* Uploads documents as soon as they are chosen or dropped, one after another, with their
   progress. Without this file each kind of document has a button that does the same. */
(function () {
  "use strict";

  var root = document.querySelector("[data-uploads]");
  if (!root || !window.FormData) return;
  var words = root.dataset;
  var spoken = document.querySelector("[data-upload-status]");
  var queue = [], busy = false;

  function say(text) {
    spoken.textContent = text;
  }

  function element(tag, name, text) {
    var made = document.createElement(tag);
    made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  /* The line of one upload, under its form: name, then progress or what went wrong. */
  function line(form, file) {
    var list = form.parentNode.querySelector("[data-going]");
    if (!list) {
      list = element("ul", "uploads-going");
      list.dataset.going = "";
      form.parentNode.appendChild(list);
    }
    var item = element("li", "upload-going");
    item.appendChild(element("p", "document-name", file.name));
    list.appendChild(item);
    return item;
  }

  function wait(form, file, item) {
    queue.push({ form: form, file: file, item: item || line(form, file) });
    next();
  }

  function next() {
    if (busy || !queue.length) return;
    busy = true;
    var job = queue.shift();
    clear(job.item);
    if (job.file.size > Number(words.max)) refused(job, words.tooBig);
    else send(job);
  }

  function done() {
    busy = false;
    next();
  }

  function clear(item) {
    while (item.children.length > 1) item.removeChild(item.lastChild);
  }

  function send(job) {
    var bar = element("progress", "upload-progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", words.uploading + " " + job.file.name);
    var state = element("p", "hint", words.uploading);
    job.item.appendChild(bar);
    job.item.appendChild(state);
    say(words.uploading + " " + job.file.name);
    var body = new FormData(job.form);
    body.set("document", job.file, job.file.name);
    var request = new XMLHttpRequest();
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) bar.value = Math.floor(event.loaded / event.total * 100);
    });
    request.upload.addEventListener("load", function () {
      state.textContent = words.checking;
    });
    request.addEventListener("load", function () { answered(job, request); });
    request.addEventListener("error", function () { failed(job); });
    request.addEventListener("abort", function () { failed(job); });
    request.open("POST", job.form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  }

  function answered(job, request) {
    var told = null;
    try { told = JSON.parse(request.responseText); } catch (page) { /* a login, or an error */ }
    if (told && request.status === 200) kept(job, told);
    else if (told && request.status === 409) refused(job, told.message);
    else failed(job);
  }

  /* Only what is there is put in anew, so that nobody loses their place. */
  function kept(job, told) {
    var fresh = document.createElement("template");
    fresh.innerHTML = told.html;
    var slot = job.form.closest("[data-slot]");
    ["[data-there]", "[data-state]"].forEach(function (part) {
      slot.querySelector(part).replaceWith(fresh.content.querySelector(part));
    });
    forgetError(slot);
    job.item.remove();
    say(told.message);
    done();
  }

  function forgetError(slot) {
    var error = slot.querySelector(".field-error");
    slot.classList.remove("field-wrong");
    if (error) error.remove();
    var field = slot.querySelector("input[type=file]");
    field.removeAttribute("aria-invalid");
  }

  function wrong(job, text) {
    clear(job.item);
    job.item.appendChild(element("p", "upload-wrong", text));
    say(job.file.name + ": " + text);
  }

  function refused(job, text) {
    wrong(job, text);
    done();
  }

  function failed(job) {
    wrong(job, words.failed);
    var again = element("button", "btn btn-secondary", words.retry);
    again.type = "button";
    again.appendChild(element("span", "visually-hidden", " " + job.file.name));
    again.addEventListener("click", function () {
      clear(job.item);
      job.form.querySelector("input[type=file]").focus();
      wait(job.form, job.file, job.item);
    });
    job.item.appendChild(again);
    done();
  }

  /* Old refusals of this place go when somebody chooses anew; failures keep their button. */
  function take(form, files) {
    form.parentNode.querySelectorAll(".upload-going").forEach(function (item) {
      if (item.querySelector(".upload-wrong") && !item.querySelector("button")) item.remove();
    });
    Array.prototype.forEach.call(files, function (file) { wait(form, file); });
  }

  root.querySelectorAll("form[data-upload]").forEach(function (form) {
    var field = form.querySelector("input[type=file]");
    var slot = form.closest("[data-slot]");
    field.multiple = true;
    form.querySelector("button").hidden = true;
    field.addEventListener("change", function () {
      var files = Array.prototype.slice.call(field.files);
      field.value = "";
      take(form, files);
    });
    slot.addEventListener("dragover", function (event) {
      event.preventDefault();
      slot.classList.add("upload-over");
    });
    slot.addEventListener("dragleave", function (event) {
      if (!slot.contains(event.relatedTarget)) slot.classList.remove("upload-over");
    });
    slot.addEventListener("drop", function (event) {
      event.preventDefault();
      slot.classList.remove("upload-over");
      take(form, event.dataTransfer.files);
    });
  });
  document.querySelector("[data-drop-hint]").hidden = false;

  /* Dropped beside every place, a document must not take the page's own. */
  ["dragover", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) { event.preventDefault(); });
  });

  window.addEventListener("beforeunload", function (event) {
    if (busy || queue.length) event.preventDefault();
  });
})();
