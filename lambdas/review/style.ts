import { Html } from './html.ts';

/** The page's one style. The response's policy names its hash, so a style that anybody else slips in is not applied. */
const text = `
:root{color-scheme:light dark;--page:#fff;--ink:#1c1f23;--soft:#565d66;--line:#d5d9de;--panel:#f5f6f8;--link:#0b57a4;
--good:#17693a;--bad:#a8201a;--track:#e3e6ea;--t0:#2a7f86;--t1:#a66a00;--t2:#b3352c;--t3:#6b3fa0}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--ink:#e8eaed;--soft:#a9b0b8;--line:#3a4047;--panel:#1e2226;
--link:#8ab8ee;--good:#6fcf97;--bad:#ff9a93;--track:#2d3338;--t0:#4fb5bd;--t1:#e0a43c;--t2:#f07f75;--t3:#b695e6}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:46rem;margin:0 auto;padding:1rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 .5rem;text-wrap:balance}
h1.approved{color:var(--good)}h1.rejected{color:var(--bad)}
h2{font-size:1.2rem;margin:2.25rem 0 .5rem}h2.plan{font-size:1.1rem;color:var(--soft)}
h3{font-size:1.05rem;margin:0 0 .5rem}
p{margin:.5rem 0}
a{color:var(--link)}a.jump{display:inline-block;padding:.35rem 0}
code{font:.9em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.stage{color:var(--soft);margin:0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.75rem 1.5rem;margin:1rem 0 0;padding:1rem;
background:var(--panel);border-radius:.5rem}
dt{color:var(--soft);font-size:.875rem}dd{margin:0;overflow-wrap:anywhere}
.ways div{margin:.5rem 0}
.bars{list-style:none;margin:.5rem 0;padding:0}
.bars li{display:grid;grid-template-columns:10rem 1fr;gap:.15rem 1rem;align-items:center;margin:.65rem 0}
.bars .words{grid-column:2;color:var(--soft);font-size:.9rem}
@media (max-width:34rem){.bars li{grid-template-columns:1fr}.bars .words{grid-column:1}}
.bar{display:block;width:100%;height:1rem;border-radius:.2rem}
.track{fill:var(--track)}.within{fill:var(--link)}.exceeded{fill:var(--t2)}.good{fill:var(--good)}
.tier-0{fill:var(--t0)}.tier-1{fill:var(--t1)}.tier-2{fill:var(--t2)}.tier-3{fill:var(--t3)}
.key{display:inline-block;margin-right:1rem;line-height:1.1}
.key::before{content:"";display:inline-block;width:.9rem;height:1em;margin-right:.5rem;vertical-align:-.1em;background:var(--t0)}
.key.tier-1::before{background:var(--t1)}.key.tier-2::before{background:var(--t2)}.key.tier-3::before{background:var(--t3)}
table{width:100%;border-collapse:collapse;margin:1rem 0 1.5rem}
caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .5rem .4rem 0;border-top:1px solid var(--line)}
thead th{font-size:.875rem;color:var(--soft);font-weight:500;border-top:0}
tbody th{padding-top:.8rem}
td{overflow-wrap:anywhere}td+td{overflow-wrap:normal}th:last-child,td:last-child{padding-right:0}
td small,.names small{display:block;color:var(--soft)}
td.number,th.number{padding-left:.5rem}.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
details.tier summary{font-weight:600}
details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer;padding:.25rem 0}
.unusual{list-style:none;margin:.5rem 0;padding:0}.unusual li{border-left:.3rem solid var(--t1);padding:.1rem 0 .1rem .75rem;margin:.5rem 0;
overflow-wrap:anywhere}.unusual strong{display:block}
.sheets ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:1rem 0}
.sheets li,.sheets a{min-height:1.75rem}.sheets a,.reason a{display:inline-block;padding:.1rem 0}
.filter{margin:.5rem 0}.filter span{color:var(--soft);font-size:.9rem}[hidden]{display:none!important}
.whole{white-space:nowrap}
.names{margin:.25rem 0;padding-left:1.25rem;overflow-wrap:anywhere}
#decide{margin-top:3rem;border-top:3px solid var(--ink)}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:1rem;margin-top:1rem}
.answers form{display:flex;flex-direction:column;padding:1rem;background:var(--panel);border:1px solid var(--line);border-radius:.5rem}
.answers label{flex:1}.answers button{align-self:flex-start}
label{display:block;margin-bottom:.25rem}
input{width:100%;font:inherit;color:inherit;background:var(--page);border:1px solid var(--soft);border-radius:.35rem;
padding:.6rem .7rem}
input[aria-invalid]{border:2px solid var(--bad)}
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.1rem;margin-top:.75rem;border-radius:.35rem;
border:2px solid currentColor;background:var(--page);color:var(--ink);cursor:pointer}
.approve button{background:var(--good);border-color:var(--good);color:var(--page)}
.reject button{color:var(--bad)}
a.button{display:inline-block;font-weight:600;text-decoration:none;min-height:2.75rem;padding:.55rem 1.1rem;margin-top:.75rem;
border-radius:.35rem;border:2px solid var(--link);background:var(--link);color:var(--page)}
.error{color:var(--bad);margin:.25rem 0}
.alert{border:2px solid var(--bad);border-radius:.5rem;padding:.25rem 1rem .5rem;margin:0 0 1.5rem}
.alert h2{margin:.5rem 0 0;color:var(--bad)}.alert ul{margin:.25rem 0;padding-left:1.25rem}
@media (forced-colors:active){.bar,.key::before{forced-color-adjust:none}}
@media print{main{max-width:none;padding:0}.jump,.filter,nav,.answers,form{display:none}h2,h3{break-after:avoid}
tr,.facts div,.bars li{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible;block-size:auto}}
`;

export const style = { text, element: new Html(`<style>${text}</style>`) };
