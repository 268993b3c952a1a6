import fc from 'fast-check';

/** Loaded before every test file: the same run of the tests asks the same questions. Searching for more has its own script. */
fc.configureGlobal({ seed: 20_261_118 });
