import { type Instant, toIso } from '../../core/instant.ts';
import { utcMinute } from '../../core/plain-text.ts';
import { type Html, html } from './html.ts';

/** A moment as people read it and as machines do. */
export const moment = (at: Instant): Html => html`<time datetime="${toIso(at)}">${utcMinute(at)}</time>`;

/** A text with the moments in it kept from being broken over two lines. */
export const unbroken = (text: string): Html =>
  html`${text.split(/(\d{4}-\d\d-\d\d \d\d:\d\d UTC)/).map((part, index) => (index % 2 === 0 ? part : html`<span class="whole">${part}</span>`))}`;

/** The day of a moment, in UTC. */
export const dayOf = (at: Instant): string => toIso(at).slice(0, 10);

export const daysBetween = (from: Instant, to: Instant): number => Math.max(0, Math.floor((to - from) / 86_400_000));

/** How long until then, in the two largest units that matter. */
export function distance(from: Instant, to: Instant): string {
  const minutes = Math.max(0, Math.floor((to - from) / 60_000));
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${rest} min` : `${rest} min`;
}

/** One part of a bar, as wide as its share. The class gives the colour. */
export interface Segment {
  readonly share: number;
  readonly colour: string;
}

/** More parts than this would be too thin to tell apart: neighbours of one colour are drawn as one then. */
const mostSegments = 60;

/**
 * A bar of segments, out of `whole`. A picture only: what it shows stands in words beside it.
 *
 * Widths are attributes, since the page's policy refuses styles that stand in the markup.
 */
export function bar(segments: readonly Segment[], whole: number): Html {
  const gap = 0.6;
  let at = 0;
  const rects = (segments.length > mostSegments ? joined(segments) : segments).map(({ share, colour }, index, all) => {
    const width = (share / Math.max(whole, 1)) * 100;
    const drawn = index === all.length - 1 ? width : width - gap;
    const rect = html`<rect x="${at.toFixed(2)}" width="${Math.max(drawn, 0.4).toFixed(2)}" height="10" class="${colour}"/>`;
    at += width;
    return rect;
  });
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="100" height="10" class="track"/>${rects}</svg>`;
}

function joined(segments: readonly Segment[]): Segment[] {
  const parts: Segment[] = [];
  for (const { share, colour } of segments) {
    const last = parts.at(-1);
    if (last?.colour === colour) parts[parts.length - 1] = { colour, share: last.share + share };
    else parts.push({ share, colour });
  }
  return parts;
}

/** Tiers beyond the fourth share the last colour: their names stand beside it. */
export const tierColour = (tiers: readonly string[], tier: string): string =>
  `tier-${Math.min(Math.max(tiers.indexOf(tier), 0), 3)}`;
