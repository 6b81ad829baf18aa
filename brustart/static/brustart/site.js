/* The site works without this file. It spares a double click and closes menus. */
(function () {
  "use strict";

  var summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  var here = document.querySelector(".site-nav [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get], [hx-put]")) return;
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

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.menu[open]");
    if (!open) return;
    closeMenus(null);
    open.querySelector("summary").focus();
  });
})();
