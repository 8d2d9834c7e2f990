/* Draws each control chart of the quality page from the table that stands below it. Without this script the tables stand
   alone. uPlot (vendor/uplot) draws; what is here are limits, marks, words and colours. */
"use strict";

const HEIGHT = 220;
const MOST_LABELS = 8;
const paper = matchMedia("print");
const dark = matchMedia("(prefers-color-scheme: dark)");
let printing = paper.matches;

/** A colour of the style sheet as the canvas understands it: light, dark or, on paper, always light. */
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  if (printing) probe.style.colorScheme = "light";
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function palette() {
  const names = ["ink", "soft", "line", "edge", "accent", "critical", "warning", "info-ground", "paper"];
  return Object.fromEntries(names.map((name) => [name, colour(`--${name}`)]));
}

/** The rows of the table: what a reader sees, and the plain numbers behind it. */
function rowsOf(table) {
  return [...table.tBodies[0].rows].map((row) => {
    const number = (name) => (row.dataset[name] ? Number(row.dataset[name]) : null);
    return {
      week: row.cells[0].textContent,
      words: [1, 2, 3].map((at) => row.cells[at].textContent),
      signals: row.cells[4].textContent,
      value: number("value"),
      lower: number("lower"),
      upper: number("upper"),
      rules: row.dataset.rules,
      mark: row.dataset.mark,
      first: "baseline" in row.dataset,
    };
  });
}

/** Limits belong to whole weeks, so they step half-way between points: each week has a place of its own for that. */
function columnsOf(rows) {
  const at = [], value = [], upper = [], lower = [];
  rows.forEach((row, week) => {
    at.push(week - 0.5, week);
    value.push(undefined, row.value);
    upper.push(row.upper, row.upper);
    lower.push(row.lower, row.lower);
  });
  const last = rows.at(-1);
  return [[...at, rows.length - 0.5], [...upper, last.upper], [...lower, last.lower], [...value, undefined]];
}

/** The centre line, over the band of the limits. */
function centred(plot, centre, colours) {
  const { ctx, bbox } = plot, y = Math.round(plot.valToPos(centre, "y", true));
  ctx.save();
  ctx.strokeStyle = colours.soft;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** Lines across the whole height: the end of the frozen baseline, and each change with its words' number. */
function uprights(plot, rows, colours) {
  const { ctx, bbox } = plot, ratio = devicePixelRatio;
  const upright = (week, stroke, dash, label, below) => {
    const x = Math.round(plot.valToPos(week, "x", true));
    ctx.strokeStyle = ctx.fillStyle = stroke;
    ctx.setLineDash(dash.map((one) => one * ratio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    const late = x > bbox.left + 0.6 * bbox.width;
    ctx.textAlign = late ? "right" : "left";
    ctx.fillText(label, x + (late ? -4 : 4) * ratio, bbox.top + (below ? bbox.height - 5 * ratio : 10 * ratio));
  };
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.lineWidth = ratio;
  const frozen = rows.filter((row) => row.first).length;
  if (frozen < rows.length) upright(frozen - 0.5, colours.soft, [4, 4], "limits frozen", true);
  rows.forEach((row, week) => {
    if (row.mark) upright(week, colours.warning, [], row.mark);
  });
  ctx.restore();
}

/** Points that set off a rule: larger, another shape and colour, with the numbers of the rules. */
function signals(plot, rows, colours) {
  const { ctx, bbox } = plot, ratio = devicePixelRatio, size = 5 * ratio;
  ctx.save();
  ctx.font = `600 ${11 * ratio}px system-ui, sans-serif`;
  ctx.fillStyle = colours.critical;
  ctx.textAlign = "center";
  rows.forEach((row, week) => {
    if (!row.rules || row.value === null) return;
    const x = plot.valToPos(week, "x", true), y = plot.valToPos(row.value, "y", true);
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.fill();
    const above = y - bbox.top > 18 * ratio;
    ctx.fillText(row.rules, x, above ? y - size - 3 * ratio : y + size + 11 * ratio);
  });
  ctx.restore();
}

function optionsOf(figure, rows, colours, width, say) {
  const percent = figure.dataset.unit === "percent", centre = Number(figure.dataset.centre);
  const every = Math.ceil(rows.length / Math.max(2, Math.min(MOST_LABELS, Math.floor(width / 90))));
  const axis = { stroke: colours.soft, font: "12px system-ui, sans-serif", ticks: { show: false } };
  const limit = { stroke: colours.edge, width: 1, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } };
  const most = Math.max(centre, ...rows.flatMap((row) => [row.value ?? 0, row.upper ?? 0]));
  const least = Math.min(0, ...rows.flatMap((row) => [row.value ?? 0, row.lower ?? 0]));
  return {
    width, height: HEIGHT, legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: [-0.5, rows.length - 0.5] }, y: { range: [least, most * 1.08 || 1] } },
    axes: [
      { ...axis, size: 32, grid: { show: false },
        splits: () => rows.map((_, week) => week).filter((week) => week % every === 0),
        values: (_, weeks) => weeks.map((week) => rows[week].week.replace(/ \d{4}$/, "")) },
      { ...axis, size: 58, grid: { stroke: colours.line, width: 1 },
        values: (_, splits) => splits.map((one) => (percent ? `${Math.round(one * 100)} %` : `${+one.toFixed(2)}`)) },
    ],
    series: [
      {}, limit, limit,
      { stroke: colours.accent, width: 1.6, points: { show: true, size: 5, fill: colours.accent } },
    ],
    bands: [{ series: [1, 2], fill: colours["info-ground"] }],
    hooks: {
      draw: [(plot) => { centred(plot, centre, colours); uprights(plot, rows, colours); signals(plot, rows, colours); }],
      setCursor: [(plot) => say(plot.cursor.left < 0 ? null : rows[Math.round(plot.posToVal(plot.cursor.left, "x"))])],
    },
  };
}

function drawn(figure) {
  const place = figure.querySelector(".drawing"), readout = figure.querySelector(".readout");
  const rows = rowsOf(figure.querySelector("table"));
  const resting = readout.textContent;
  const say = (row) => {
    if (!row) { readout.textContent = resting; return; }
    const limits = row.value === null ? "" : `, limits ${row.words[1]} to ${row.words[2]}`;
    readout.textContent = `Week of ${row.week}: ${row.words[0]}${limits}${row.signals ? `. ${row.signals}` : ""}`;
  };
  place.hidden = readout.hidden = false;
  figure.querySelector("details").open = false;
  let plot = null;
  const draw = () => {
    if (plot) plot.destroy();
    const width = printing ? 640 : Math.max(280, place.clientWidth);
    plot = new uPlot(optionsOf(figure, rows, palette(), width, say), columnsOf(rows), place);
  };
  draw();
  return draw;
}

const redraws = [...document.querySelectorAll("figure.control")].map(drawn);
const again = () => redraws.forEach((draw) => draw());
const onPaper = (now) => { if (printing !== now) { printing = now; again(); } };
let width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; again(); } });
dark.addEventListener("change", again);
paper.addEventListener("change", (event) => onPaper(event.matches));
addEventListener("beforeprint", () => onPaper(true));
addEventListener("afterprint", () => onPaper(false));
