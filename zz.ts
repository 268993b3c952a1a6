import settings from './keyturn.config.ts';
import { synthesise } from './lib/synthesise.ts';
console.time('synth');
console.log(synthesise({ settings, outdir: '/tmp/ktout/', account: '111122223333', region: 'us-east-1', bundling: process.argv[2] === "b" }));
console.timeEnd('synth');
