/* Saves a section while somebody types, adds and takes away rows, hides questions that do not
   apply. Without this file everything works by its buttons. */
(function () {
  "use strict";

  /* What the portal has for good need not stay on this device. */
  document.querySelectorAll("[data-forget]").forEach(function (one) {
    try { localStorage.removeItem("draft:" + one.dataset.forget.replace(/^\/[a-z]{2}\//, "/")); } catch (none) { /* nothing to do */ }
  });

  var form = document.querySelector("form[data-autosave]");
  if (!form) return;
  var PAUSE = 1200, LONGEST = 4000, AGAIN = 8000, KEEPALIVE = 60000;
  var url = form.getAttribute("action");
  var key = "draft:" + url.replace(/^\/[a-z]{2}\//, "/");
  var status = form.querySelector("[data-save-status]");
  var totals = form.querySelector("[data-totals]");
  var timer = null, since = 0, dirty = false, sending = false, failing = false, stopped = "readOnly" in form.dataset || "compare" in form.dataset;

  function body() {
    return new URLSearchParams(new FormData(form));
  }

  /* A copy on this device, until the portal has it. It says which version it began from, and
     "failing" when an earlier one may or may not have arrived. */
  function keep() {
    var data = body();
    data.delete("csrfmiddlewaretoken");
    if (failing) data.set("failing", "yes");
    store(data);
  }
  function store(data) {
    try { localStorage.setItem(key, data.toString()); } catch (full) { /* nothing to do */ }
  }
  function forget() {
    try { localStorage.removeItem(key); } catch (none) { /* nothing to do */ }
  }

  function say(text, bad) {
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("save-failed", Boolean(bad));
  }

  function soon() {
    if (stopped) return;
    dirty = true;
    since = since || Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
  }

  function failed(text) {
    dirty = failing = true;
    keep();
    say(text, true);
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, AGAIN);
  }

  function save() {
    if (!dirty || stopped) return;
    if (sending) { timer = setTimeout(save, 200); return; }
    var data = body();
    dirty = false;
    since = 0;
    sending = true;
    fetch(url, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      keepalive: data.toString().length < KEEPALIVE
    }).then(function (answer) {
      var json = (answer.headers.get("Content-Type") || "").indexOf("application/json") === 0;
      if (answer.redirected || !json) throw new Error("not saved");
      return answer.json().then(function (told) {
        if (answer.status === 409) {
          stopped = true;
          failed(told.message);
          return;
        }
        failing = false;
        form.elements.version.value = told.version;
        if (!dirty) forget();
        say(told.saved);
        if (told.totals && totals) totals.innerHTML = told.totals;
      });
    }).catch(function () {
      failed(form.dataset.failed);
    }).finally(function () {
      sending = false;
    });
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", function () {
    clearTimeout(timer);
    if (dirty || sending) keep();
    dirty = false;
  });
  function leave() {
    if (!dirty && !sending) return;
    keep();
    save();
  }
  window.addEventListener("beforeunload", leave);
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") save();
  });

  /* What this device kept and the portal never had. */
  function kept() {
    try { return localStorage.getItem(key); } catch (none) { return null; }
  }
  function arrived(copy) {
    return copy.get("page") === form.dataset.savedPage && !copy.has("failing")
      && Number(copy.get("version")) < Number(form.elements.version.value);
  }
  function offer() {
    var copy = kept();
    var box = document.querySelector("[data-unsaved]");
    if (!copy || !box) return;
    if ("compare" in form.dataset) { forget(); return; } /* it stands in the form below */
    var data = new URLSearchParams(copy);
    if (arrived(data)) { forget(); return; }
    data.delete("failing");
    box.hidden = false;
    box.querySelector("[data-throw-away]").addEventListener("click", function () {
      forget();
      box.hidden = true;
    });
    box.querySelector("[data-put-back]").addEventListener("click", function () {
      var back = document.createElement("form");
      back.method = "post";
      back.action = url;
      var begun = data.get("version");
      data.set("version", form.elements.version.value); /* it has arrived once there is a later one */
      store(data);
      data.set("version", begun);
      data.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      data.forEach(function (value, name) {
        var field = document.createElement("textarea");
        field.name = name;
        field.value = value;
        back.appendChild(field);
      });
      back.hidden = true;
      document.body.appendChild(back);
      back.submit();
    });
  }
  offer();

  /* Rows. */
  function number(box) {
    var shown = box.querySelectorAll("fieldset.row-of-table:not([hidden])");
    shown.forEach(function (row, at) { row.querySelector("[data-number]").textContent = at + 1; });
    box.querySelector("button[name=add]").hidden = shown.length >= Number(box.dataset.most);
  }
  document.querySelectorAll("[data-rows]").forEach(function (box) {
    var count = form.elements[box.dataset.rows + "-TOTAL_FORMS"];
    var empty = box.querySelector("template");
    box.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) return;
      if (button.name === "add") {
        event.preventDefault();
        var holder = document.createElement("div");
        holder.innerHTML = empty.innerHTML.replace(/__prefix__/g, count.value);
        var row = holder.firstElementChild;
        empty.parentNode.insertBefore(row, empty);
        count.value = Number(count.value) + 1;
        number(box);
        unfold();
        row.querySelector("input, select, textarea").focus();
      } else if (button.name === "remove") {
        event.preventDefault();
        var gone = button.closest("fieldset");
        gone.querySelectorAll("input, select, textarea").forEach(function (field) {
          if (field.type === "checkbox" || field.type === "radio") field.checked = false;
          else field.value = "";
        });
        gone.hidden = true;
        number(box);
        box.focus();
        soon();
      }
    });
  });

  /* Questions that depend on another answer of the section, or of their row ("ethics:obtained"). */
  function unfold() {
    var said = body();
    form.querySelectorAll("[data-when]").forEach(function (field) {
      var row = field.closest(".row-of-table");
      var prefix = row ? row.querySelector("button[name=remove]").value + "-" : "";
      var parts = field.dataset.when.split(":");
      field.hidden = parts[1].split(" ").indexOf(said.get(prefix + parts[0])) < 0;
    });
  }
  unfold();
  form.addEventListener("change", unfold);
})();
