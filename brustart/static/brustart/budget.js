/* Adds the budget up while somebody types. Without this file the totals follow each save. */
(function () {
  "use strict";

  var box = document.getElementById("budget-total");
  if (!box || !window.Intl) return;
  var locales = { fr: "fr-BE", nl: "nl-BE", en: "en-IE" };
  var locale = locales[box.dataset.language] || "en-IE";
  var own = box.dataset.decimal;
  var other = own === "," ? "\\." : ",";
  var grouped = new RegExp("^\\d{1,3}(" + other + "\\d{3})+$");
  var foreign = new RegExp("^(\\d+)" + other + "(\\d\\d?)$");

  /* Reads a figure as the server does (core/written.py): cents, 0 for none, NaN if unreadable. */
  function read(name) {
    var field = document.getElementById("id_" + name);
    var text = field ? field.value.replace(/[\s€]/g, "") : "";
    if (!text) return 0;
    var parts = text.split(own);
    if (parts.length > 2) return NaN;
    if (grouped.test(parts[0])) parts[0] = parts[0].replace(new RegExp(other, "g"), "");
    else if (parts.length === 1 && foreign.test(text)) parts = foreign.exec(text).slice(1);
    if (!/^\d+$/.test(parts[0]) || (parts[1] !== undefined && !/^\d{1,2}$/.test(parts[1]))) return NaN;
    return Number(parts[0]) * 100 + Number(((parts[1] || "") + "00").slice(0, 2));
  }

  function euros(cents) {
    if (isNaN(cents)) return "–";
    var digits = cents % 100 ? 2 : 0;
    var sign = cents < 0 ? "\u2212" : "";
    return sign + new Intl.NumberFormat(locale, {
      style: "currency", currency: "EUR", minimumFractionDigits: digits, maximumFractionDigits: digits
    }).format(Math.abs(cents) / 100);
  }

  function percent(share) {
    if (!isFinite(share)) return "–";
    var figure = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(share * 100);
    return figure + (box.dataset.language === "en" ? "%" : "\u00a0%");
  }

  function say(name, text) {
    var place = box.querySelector('[data-figure="' + name + '"]');
    if (place.textContent !== text) place.textContent = text;
  }

  function add() {
    var costs = ["personnel", "subcontracting", "equipment", "other"].map(read)
      .reduce(function (sum, cents) { return sum + cents; }, 0);
    var requested = read("requested");
    var share = requested / costs;
    say("costs", euros(costs));
    say("requested", euros(requested));
    say("share", percent(share));
    say("elsewhere", euros(costs - requested));
    var width = isFinite(share) ? Math.min(share, 1) * 100 : 0;
    box.querySelector("[data-bar]").setAttribute("width", width.toFixed(3) + "%");
    box.querySelector("[data-warning]").hidden = !(share > Number(box.dataset.highest));
  }

  /* A short pause, so that a screen reader hears the sum and not each digit. */
  var waiting;
  document.addEventListener("input", function (event) {
    if (!event.target.matches(".amount")) return;
    clearTimeout(waiting);
    waiting = setTimeout(add, 300);
  });
  window.addEventListener("pageshow", add);
})();
