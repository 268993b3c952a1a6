import settings from './keyturn.config.ts';
import { synthesise } from './lib/synthesise.ts';
console.log(synthesise({ settings, outdir: '/tmp/ktagn', bundling: false }));
