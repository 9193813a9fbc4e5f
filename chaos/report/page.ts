/**
 * A picture as one HTML file that needs nothing else: styles and script inside, no network.
 */
import { PAGE_SCRIPT } from './page-script.ts';
import type { Picture } from './picture.ts';

const STYLE = `
body{font:13px/1.4 system-ui,sans-serif;margin:0;color:#1b1f24;background:#fff}
header{padding:10px 16px;border-bottom:1px solid #d0d7de}
h1{font-size:16px;margin:0 0 4px}
header p{margin:0;white-space:pre-wrap}
.bad{color:#c00;font-weight:600}
.bar{padding:6px 16px;border-bottom:1px solid #d0d7de;display:flex;gap:8px;align-items:center}
.bar{position:sticky;top:0;background:#fff;z-index:2}
.bar button,.bar select{font:inherit}
.bar .hint{color:#57606a}
#picture{display:block;width:100%}
#picture text{font:11px system-ui,sans-serif}
#side{border-top:1px solid #d0d7de;padding:8px 16px 24px}
#side h2{font-size:13px;margin:8px 0 4px}
#side pre{margin:0;font:11px/1.5 ui-monospace,monospace;white-space:pre-wrap}
.legend span{display:inline-block;width:10px;height:10px;margin:0 4px 0 10px;vertical-align:-1px}
`;

const LEGEND = Object.entries({
  runs: '#dff3e4',
  paused: '#f6d9a8',
  acknowledged: '#2da44e',
  failed: '#cf222e',
  'outcome unknown': '#bf8700',
})
  .map(([text, colour]) => `<span style="background:${colour}"></span>${text}`)
  .join('');

export function pageOf(picture: Picture): string {
  const data = JSON.stringify(picture).replaceAll('<', '\\u003c');
  const failure = picture.failure === null ? '' : `<p class="bad">${escaped(picture.failure.text)}</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(picture.title)}</title><style>${STYLE}</style></head>
<body><header><h1>${escaped(picture.title)}</h1>${failure}<p>${escaped(picture.notes.join('\n'))}</p></header>
<div class="bar"><button id="in">zoom in</button><button id="out">zoom out</button>
<button id="all">whole run</button><button id="left">◀</button><button id="right">▶</button><button id="bad">to the failure</button>
<span class="legend">${LEGEND}</span>
<span class="hint">colours of leaders are terms; click: the messages of that moment</span></div>
<svg id="picture"></svg>
<div id="side"><h2 id="when">Click into a lane for its messages</h2><pre id="messages"></pre>
<h2>What was done to the cluster</h2><pre id="decisions"></pre></div>
<script type="application/json" id="data">${data}</script>
<script>${PAGE_SCRIPT}</script></body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
