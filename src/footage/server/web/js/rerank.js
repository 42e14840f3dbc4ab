/**
 * Another order of the moments that are here, by other weights of the channels, at once; the
 * server's own answer follows.
 *
 * Each moment says what share of its score each find has. Where the score is the probability that
 * any of the finds is right (`footage/search/fusion.py`), a share is of its `-log(1 - p)`, so that
 * the finds' own probabilities follow, and the new score exactly. Otherwise shares are scaled.
 */

import { CHANNELS } from "./query.js";
import { CHANNEL } from "./evidence.js";

/** What the channels count where nobody says. */
export const AUTOMATIC = { seen: 1, said: 0.8, sign: 0.8 };
const SURE = 1 - 1e-9;
const NEAR = 0.002; // a score and a probability, rounded differently

/** Moments in the order of new weights, those without any score left out. */
export function reranked(moments, before, after) {
  const factor = factors(before ?? AUTOMATIC, after ?? AUTOMATIC);
  return moments
    .map((moment) => [moment, rescored(moment, factor)])
    .filter(([, score]) => score > 0).sort(([, one], [, other]) => other - one).map(([moment]) => moment);
}

/** How much more each channel counts now; what counted nothing found nothing. */
function factors(before, after) {
  const [was, is] = [before, after].map((weights) => {
    const most = Math.max(...CHANNELS.map((name) => weights[name])) || 1;
    return Object.fromEntries(CHANNELS.map((name) => [name, weights[name] / most]));
  });
  return (modality) => {
    const channel = CHANNEL[modality] ?? "seen";
    return was[channel] ? is[channel] / was[channel] : 1;
  };
}

function rescored(moment, factor) {
  const { score, confidence, evidence } = moment;
  const isProbability = confidence !== null && Math.abs(score - confidence) < NEAR;
  if (!isProbability) {
    return evidence.reduce((sum, one) => sum + one.contribution * score * factor(one.modality), 0);
  }
  const total = -Math.log1p(-Math.min(score, SURE));
  const missed = evidence.reduce((left, one) => {
    const chance = -Math.expm1(-one.contribution * total) * factor(one.modality);
    return left * (1 - Math.min(chance, SURE));
  }, 1);
  return 1 - missed;
}
