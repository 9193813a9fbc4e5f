/**
 * The script of the page, as text: it runs in a browser, on the picture that the page holds.
 *
 * ```
 *  lanes (y) × time (x): what is in view is drawn anew on every move
 * ```
 */
export const PAGE_SCRIPT = String.raw`
'use strict';
const p = JSON.parse(document.getElementById('data').textContent);
const svg = document.getElementById('picture');
const LEFT = 110,
  ROW = 14,
  TOP = 24;
const first = Math.max(0, Math.min(p.until, ...p.decisions.map((d) => d.at)) - 300);
let from = first,
  until = p.until;
const groups = [...new Set(p.leads.map((l) => l.group))].sort((a, b) =>
  a === 'metadata' ? -1 : b === 'metadata' ? 1 : a < b ? -1 : 1,
);
const writers = [...new Set(p.operations.map((o) => o.who))];
const links = [...new Set(p.cuts.map((c) => c.from + ' ⇥ ' + c.to))];
const lanes = [];
let y = TOP;
for (let node = 1; node <= p.nodes; node += 1) {
  const h = ROW * groups.length + 16;
  lanes.push({ kind: 'node', name: 'node' + node, node, y, h });
  y += h + 6;
}
for (const link of links) {
  lanes.push({ kind: 'cut', name: link, y, h: 10 });
  y += 13;
}
for (const who of writers) {
  lanes.push({ kind: 'client', name: who, y, h: 14 });
  y += 18;
}
const height = y + 10;
const esc = (t) => String(t).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const colour = (term) => 'hsl(' + ((term * 137) % 360) + ',65%,' + (45 + (term % 3) * 7) + '%)';
function draw() {
  const width = svg.clientWidth || 1200;
  const x = (t) => LEFT + ((t - from) / (until - from)) * (width - LEFT - 16);
  const out = [];
  const rect = (a, b, yy, h, fill, title, more) => {
    if (b < from || a > until) return;
    const xa = Math.max(LEFT, x(a)),
      xb = Math.min(width - 16, Math.max(x(b), x(a) + 1.5));
    out.push(
      '<rect x="' +
        xa.toFixed(1) +
        '" y="' +
        yy +
        '" width="' +
        Math.max(1, xb - xa).toFixed(1) +
        '" height="' +
        h +
        '" fill="' +
        fill +
        '" ' +
        (more || '') +
        '><title>' +
        esc(title) +
        '</title></rect>',
    );
  };
  const ms = (t) => t.toFixed(1) + ' ms';
  const step = 10 ** Math.floor(Math.log10((until - from) / 4));
  for (let t = Math.ceil(from / step) * step; t <= until; t += step) {
    out.push('<line x1="' + x(t) + '" x2="' + x(t) + '" y1="' + (TOP - 6) + '" y2="' + height + '" stroke="#eaeef2"/>');
    if (Math.round(t / step) % 2 === 0)
      out.push(
        '<text x="' +
          x(t) +
          '" y="12" text-anchor="middle" fill="#57606a">' +
          (step >= 1 ? Math.round(t) : t.toFixed(2)) +
          '</text>',
      );
  }
  for (const lane of lanes) {
    out.push(
      '<text x="8" y="' + (lane.y + Math.min(lane.h, 14) - 3) + '" fill="#1b1f24">' + esc(lane.name) + '</text>',
    );
    if (lane.kind === 'node') {
      for (const s of p.lives)
        if (s.node === lane.node)
          rect(
            s.from,
            s.until,
            lane.y,
            lane.h,
            '#dff3e4',
            lane.name + ' runs ' + ms(s.from) + ' – ' + ms(s.until),
            'stroke="#b6bec8" stroke-width=".5"',
          );
      for (const s of p.pauses)
        if (s.node === lane.node) rect(s.from, s.until, lane.y, lane.h, '#f6d9a8', lane.name + ' is paused');
      groups.forEach((g, i) => {
        for (const l of p.leads)
          if (l.node === lane.node && l.group === g) {
            rect(
              l.from,
              l.until,
              lane.y + 12 + i * ROW,
              ROW - 3,
              colour(l.term),
              lane.name + ' leads ' + g + ' in term ' + l.term + ', ' + ms(l.from) + ' – ' + ms(l.until),
            );
            if (x(Math.min(until, l.until)) - x(Math.max(from, l.from)) > 60 && l.until > from && l.from < until)
              out.push(
                '<text x="' +
                  (Math.max(LEFT, x(l.from)) + 4) +
                  '" y="' +
                  (lane.y + 21 + i * ROW) +
                  '" fill="#fff" pointer-events="none">' +
                  esc(g) +
                  ' · term ' +
                  l.term +
                  '</text>',
              );
          }
      });
      for (const d of p.decisions)
        if (d.node === lane.node && d.at >= from && d.at <= until)
          out.push(
            '<path d="M' +
              x(d.at) +
              ' ' +
              (lane.y + 10) +
              ' l-4 -9 h8 z" fill="#8250df"><title>' +
              esc(d.text + ' at ' + ms(d.at)) +
              '</title></path>',
          );
    } else if (lane.kind === 'cut') {
      for (const c of p.cuts)
        if (c.from + ' ⇥ ' + c.to === lane.name)
          rect(
            c.at,
            c.until,
            lane.y,
            lane.h,
            '#8250df',
            'nothing from ' + c.from + ' arrives at ' + c.to + ', ' + ms(c.at) + ' – ' + ms(c.until),
          );
    } else {
      for (const o of p.operations)
        if (o.who === lane.name)
          rect(
            o.from,
            o.until === null ? o.from : o.until,
            lane.y,
            lane.h,
            o.outcome === 'done' ? '#2da44e' : o.outcome === 'failed' ? '#cf222e' : '#bf8700',
            o.what + ', sent ' + ms(o.from) + (o.until === null ? '' : ', answered ' + ms(o.until)),
            'opacity=".75"',
          );
    }
  }
  const mark = (t, fill, text, dash) => {
    if (t >= from && t <= until)
      out.push(
        '<line x1="' +
          x(t) +
          '" x2="' +
          x(t) +
          '" y1="' +
          (TOP - 8) +
          '" y2="' +
          height +
          '" stroke="' +
          fill +
          '" stroke-width="2" ' +
          (dash ? 'stroke-dasharray="5 4"' : '') +
          '><title>' +
          esc(text) +
          '</title></line><text x="' +
          x(t) +
          '" y="' +
          (TOP - 2) +
          '" text-anchor="middle" fill="' +
          fill +
          '">' +
          (dash ? 'heal' : 'failure') +
          '</text>',
      );
  };
  if (p.healedAt !== null) mark(p.healedAt, '#1a7f37', 'faults end, everything is started', true);
  if (p.failure) mark(p.failure.at, '#cf222e', p.failure.text, false);
  svg.setAttribute('height', height);
  svg.innerHTML = out.join('');
}
function messages(at, lane) {
  const span = Math.max(2, (until - from) / 400);
  const near = p.messages.filter(
    (m) =>
      Math.abs(m.at - at) <= span &&
      (lane === null || lane.kind === 'cut' || m.from === lane.name || m.to === lane.name),
  );
  document.getElementById('when').textContent =
    'Messages ' +
    (lane === null ? '' : 'of ' + lane.name + ' ') +
    'around ' +
    at.toFixed(1) +
    ' ms: ' +
    near.length +
    (p.messagesTotal > p.messages.length
      ? ' (of this run the last ' + p.messages.length + ' of ' + p.messagesTotal + ' are kept)'
      : '');
  document.getElementById('messages').textContent = near
    .slice(0, 400)
    .map(
      (m) => m.at.toFixed(3).padStart(11) + '  ' + m.from + ' → ' + m.to + '  ' + m.lines.join('\n' + ' '.repeat(14)),
    )
    .join('\n');
}
function zoom(factor, centre) {
  const c = centre ?? (from + until) / 2;
  const half = ((until - from) * factor) / 2;
  from = Math.max(0, c - half);
  until = Math.min(p.until, c + half);
  if (until - from < 1) until = from + 1;
  draw();
}
const on = (id, act) => document.getElementById(id).addEventListener('click', act);
on('in', () => zoom(0.5));
on('out', () => zoom(2));
on('all', () => {
  from = 0;
  until = p.until;
  draw();
});
on('left', () => {
  const d = (until - from) / 3;
  from = Math.max(0, from - d);
  until = from + 3 * d;
  draw();
});
on('right', () => {
  const d = (until - from) / 3;
  until = Math.min(p.until, until + d);
  from = Math.max(0, until - 3 * d);
  draw();
});
on('bad', () => {
  const t = p.failure ? p.failure.at : p.until;
  from = Math.max(0, t - 400);
  until = Math.min(p.until, t + 100);
  draw();
});
svg.addEventListener('click', (event) => {
  const box = svg.getBoundingClientRect();
  const px = event.clientX - box.left,
    py = event.clientY - box.top;
  const at = from + ((px - LEFT) / (svg.clientWidth - LEFT - 16)) * (until - from);
  messages(at, lanes.find((l) => py >= l.y && py <= l.y + l.h) ?? null);
});
svg.addEventListener(
  'wheel',
  (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(
      event.deltaY < 0 ? 0.8 : 1.25,
      from + ((event.clientX - box.left - LEFT) / (svg.clientWidth - LEFT - 16)) * (until - from),
    );
  },
  { passive: false },
);
window.addEventListener('resize', draw);
document.getElementById('decisions').textContent = p.decisions
  .map((d) => d.at.toFixed(1).padStart(11) + '  ' + d.text)
  .join('\n');
draw();
if (p.failure) messages(p.failure.at, null);
`;
