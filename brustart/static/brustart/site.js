/* The site works without this file. It spares a double click and closes menus. */
(function () {
  "use strict";

  var summary = document.querySelector(".error-summary");
  if (summary) {
    /* Who came by the skip link has #main in the address still, and would be taken there instead. */
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
    summary.focus();
  }

  var here = document.querySelector(".site-nav [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get], [hx-put]")) return;
    if (document.querySelector("form.htmx-request")) {
      /* What was changed last is still under way, and belongs to what is sent now. */
      event.preventDefault();
      document.addEventListener("htmx:afterRequest", function () {
        setTimeout(function () { form.requestSubmit(event.submitter); });
      }, { once: true });
      return;
    }
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    form.querySelectorAll("button, input[type=submit]").forEach(function (button) {
      button.setAttribute("aria-disabled", "true");
    });
  });

  /* Coming back with the browser's button must not find dead forms. */
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("button, input[type=submit]").forEach(function (button) {
        button.removeAttribute("aria-disabled");
      });
    });
  });

  /* How long there is still time, in the words of the page's language. */
  var counts = document.querySelectorAll("[data-countdown]");
  function countdown() {
    var language = document.documentElement.lang;
    counts.forEach(function (place) {
      var minutes = Math.floor((new Date(place.dataset.countdown) - Date.now()) / 60000);
      if (minutes < 0) return;
      var parts = [["day", Math.floor(minutes / 1440)], ["hour", Math.floor(minutes / 60) % 24], ["minute", minutes % 60]];
      while (parts.length > 1 && !parts[0][1]) parts.shift();
      place.textContent = parts.slice(0, 2).map(function (part) {
        return new Intl.NumberFormat(language, { style: "unit", unit: part[0], unitDisplay: "long" }).format(part[1]);
      }).join(" ");
    });
  }
  if (counts.length && window.Intl) {
    countdown();
    setInterval(countdown, 30000);
  }

  /* What asks for itself anew rests while nobody sees the page, and moves only for something new:
     an answer with the same mark came out of the browser's own store (304). */
  function live(event) {
    var target = event.detail.target || event.target;
    return target.matches && target.matches("[data-live]") ? target : null;
  }
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && live(event)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var place = live(event);
    if (!place) return;
    var mark = event.detail.xhr.getResponseHeader("ETag");
    if (!mark || mark.replace("W/", "") === place.dataset.live) event.detail.shouldSwap = false;
  });

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu"));
  });

  /* Alt with Page Down and Page Up turn to the next file in hand and to the one before. */
  var turns = { PageDown: "next", PageUp: "prev" };
  document.addEventListener("keydown", function (event) {
    var way = event.altKey && turns[event.key];
    var link = way && document.querySelector("a[rel=" + way + "]");
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.menu[open]");
    if (!open) return;
    closeMenus(null);
    open.querySelector("summary").focus();
  });
})();
