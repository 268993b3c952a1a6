/** What is deployed. It comes as ChromePay's, which the rehearsal and the tests go on with: put yours in its place. */
export { default } from './chromepay.config.ts';
