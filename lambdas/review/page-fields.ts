import { type Html, html } from './html.ts';
import type { PlanView } from './view.ts';

/** What a form says of itself: what it decides, and about exactly what. */
export const hiddenFields = (
  decision: string,
  { digest, scope }: Pick<PlanView, 'digest' | 'scope'>,
  nonce: string,
): Html => html`<input type="hidden" name="decision" value="${decision}">
<input type="hidden" name="digest" value="${digest}">
<input type="hidden" name="scope" value="${scope}">
<input type="hidden" name="nonce" value="${nonce}">`;
