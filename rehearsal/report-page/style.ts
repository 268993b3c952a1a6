import { Html } from '../../lambdas/review/html.ts';
import { style as approvalStyle } from '../../lambdas/review/style.ts';

/** What the report shows beyond what the approval page does. Colours and type are that page's: it is one product. */
const added = `
:root{--bake:#cfe0f2;--bakes:#5b8ac0;--hatch:#868f9a}
@media (prefers-color-scheme:dark){:root{--bake:#20364f;--bakes:#4f7fb5;--hatch:#707a85}}
main{max-width:60rem}
h1{font-size:1.75rem}
.completed,.audited{color:var(--good)}.rolled-back,.halted{color:var(--bad)}
h3,h4{margin:0 0 .25rem}
.runs{margin:1rem 0 0;padding-left:1.5rem}.runs li{margin:.4rem 0}.runs a{display:inline}
.run{border-top:.25rem solid var(--line);margin-top:3rem}.run>h2{font-size:1.4rem}
.run>section>h3{font-size:1.15rem;margin:2rem 0 .5rem}
small{font-size:.875rem}
[hidden]{display:none!important}
.soft{color:var(--soft);font-weight:400}.bad{color:var(--bad)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
nav ul{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;list-style:none;margin:1rem 0 0;padding:0}
nav a{display:inline-block;padding:.3rem 0}
.promise{border-left:.35rem solid var(--good);background:var(--panel);border-radius:.25rem;padding:.5rem 1rem;margin:1rem 0}
.promise p{margin:.25rem 0}.promise strong{color:var(--good)}
.promise.broken{border-color:var(--bad)}.promise.broken strong{color:var(--bad)}
.promise ul,.reasons{margin:.25rem 0;padding-left:1.25rem;overflow-wrap:anywhere}
.fleet .bar{height:1.75rem}
.bar .rotated{fill:var(--good)}.bar .rolledBack{fill:var(--t1)}.bar .held{fill:var(--bad)}
.bar .untouched{fill:var(--hatch)}.bar .leftAlone{fill:var(--bakes)}
.tiles{display:flex;flex-wrap:wrap;gap:.5rem 2rem;list-style:none;margin:.5rem 0;padding:0}
.tiles li{border-left:.4rem solid var(--hatch);padding-left:.6rem;line-height:1.3}
.tiles strong{display:block;font-size:1.6rem;line-height:1.1;font-variant-numeric:tabular-nums}
.tiles .rotated{border-color:var(--good)}.tiles .rolledBack{border-color:var(--t1)}.tiles .held{border-color:var(--bad)}
.tiles .leftAlone{border-color:var(--bakes)}
.patterns{position:absolute}
.overview,.lane{display:block;width:100%;overflow:visible}
svg text{font:12px system-ui,sans-serif;text-anchor:middle;fill:var(--soft);font-variant-numeric:tabular-nums}
.overview line,.reading line,.reading path{stroke:var(--soft);fill:none}
.line{fill:var(--hatch)}.tint{fill:var(--bake)}.warm{fill:var(--bakes)}.paper{fill:var(--page)}
.plan,.confirm,.admit,.close{fill:var(--soft)}
.approval,.window,.deadline{fill:url(#waiting)}.bake{fill:url(#baking)}
.rotate{fill:var(--link)}.judge{fill:var(--t0)}.renew{fill:var(--good)}.back{fill:var(--bad)}
.lane path{fill:none}.lane .gap{stroke:var(--page);stroke-width:6}.lane .edge{stroke:var(--soft);stroke-width:1.5}
.lane .promoted,.reading .promoted{stroke:var(--ink);stroke-width:1.5;vector-effect:non-scaling-stroke}
.lane .demoted,.reading .demoted{stroke:var(--bad);stroke-width:1.5;vector-effect:non-scaling-stroke}
.lane .on-work{fill:var(--page);font-weight:600}
.lane .on-wait{fill:var(--ink);font-weight:600;stroke:var(--page);stroke-width:4px;paint-order:stroke;stroke-linejoin:round}
.reading{list-style:none;margin:.75rem 0 1.25rem;padding:0;font-size:.9rem;color:var(--soft)}
.reading li{display:flex;align-items:baseline;margin:.15rem 0}.reading .scale{display:block}
.reading .sample{flex:none;align-self:center;width:26px;margin-right:.5rem}
.lanes{list-style:none;margin:0;padding:0}.lanes>li{margin:0 0 1.5rem;break-inside:avoid}
.steps{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;list-style:none;margin:.25rem 0 0;padding:0;font-size:.9rem}
.steps time{font-variant-numeric:tabular-nums}
.swatch{margin-right:.4rem;vertical-align:-1px}
.wave>summary>:is(h3,h4){display:inline;font-size:1.05rem}
.wave table{table-layout:fixed}
td span.rotated{color:var(--good)}td span.rolledBack{color:var(--t1)}td span.held{color:var(--bad);font-weight:600}
.calls td:first-child{padding-left:1rem}
.number+td,.number+th:not(.number){padding-left:1.5rem}
.calls tbody tr:first-child{font-weight:600}.calls thead th.number{font-weight:500}
.group{border-top:1px solid var(--line);margin:0;padding:.75rem 0}
.filter input{min-height:2.75rem}.filter{max-width:26rem;margin:1.5rem 0 0}
.filter output{display:block;min-height:1.5em;color:var(--soft);font-size:.9rem}
@media (max-width:34rem){h1{font-size:1.4rem}.wave th:first-child{width:60%}.lane text{font-size:11px}.steps{display:block}.steps li{padding-left:1.2rem;text-indent:-1.2rem}.steps li+li{margin-top:.1rem}}
@media (min-width:46rem){.names{columns:2;column-gap:2rem}}
@media (prefers-color-scheme:light){td span.rolledBack{color:#7d5000}}
.run>h2{margin-top:1.5rem}
@media (forced-colors:active){.paper{fill:Canvas}.overview,.lane,.swatch,.sample{forced-color-adjust:none}}
@media print{main{max-width:none}}
`;

const text = approvalStyle.text + added;

export const style = { text, element: new Html(`<style>${text}</style>`) };
