import { defineSettings } from './lib/settings.ts';

/** ChromePay's payment platform, the fleet of the incident. What is not said here is Keyturn's default: see `lib/settings.ts`. */

const services = [
  'ach-gateway',
  'auth-service',
  'campaign-tracker',
  'card-issuer',
  'card-network-amex',
  'card-network-mastercard',
  'card-network-visa',
  'changelog-bot',
  'chargeback-intake',
  'clickstream-ingest',
  'client-onboarding',
  'client-reporting',
  'compliance-validator',
  'data-catalog',
  'dispute-manager',
  'docs-portal',
  'etl-nightly',
  'feature-experiments',
  'fraud-detection',
  'fraud-feature-store',
  'fx-rates',
  'image-thumbnailer',
  'invoice-renderer',
  'kyc-lookup',
  'ledger-core',
  'ledger-export',
  'limits-engine',
  'log-forwarder',
  'marketing-mailer',
  'merchant-console',
  'notification-hub',
  'office-directory',
  'orders',
  'partner-directory',
  'payment-processor',
  'payout-scheduler',
  'reconciliation-reporter',
  'refund-processor',
  'report-builder',
  'risk-scoring',
  'sanctions-screening',
  'sandbox-gateway',
  'settlement-engine',
  'statement-archive',
  'status-page',
  'support-desk-sync',
  'tax-calculator',
  'vault-tokenizer',
  'webhook-dispatcher',
  'wire-gateway',
];

const master = (tier: string, suffix: string) =>
  `arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/${tier}/postgres-${suffix}`;

export default defineSettings({
  stage: 'prod',
  tiers: [
    { name: 'low', path: 'prod/low/' },
    { name: 'medium', path: 'prod/medium/' },
    { name: 'high', path: 'prod/high/' },
  ],
  caps: { secrets: 60, percentOfFleet: 40, secretsPerDay: 100 },
  batchSize: 15,
  bakeTimeSeconds: 15 * 60,
  // Quiet hours on days with a working day after them.
  windows: [{ days: ['tue', 'wed', 'thu'], from: '02:00', to: '05:00', timeZone: 'UTC' }],
  rotators: {
    postgres: {
      kind: 'postgres',
      strategy: 'alternate',
      allowedHosts: ['db.chromepay.example'],
      masters: { low: master('low', 'q7RmXa'), medium: master('medium', 'Zt4KeN'), high: master('high', 'b9WdUy') },
      validityDays: 90,
    },
    'http-api-key': { kind: 'http-api-key', allowedHosts: ['keys.chromepay.example'], validityDays: 90 },
    'hmac-key': { kind: 'hmac-key', allowedHosts: ['signatures.chromepay.example'], validityDays: 90 },
  },
  probes: { http: { kind: 'http' }, postgres: { kind: 'postgres' } },
  health: Object.fromEntries(
    services.map((service) => [service, `https://${service}.services.chromepay.example/health`]),
  ),
  // Personal links go by mail. How to set SES up: docs/channels/email.md.
  channels: { email: { from: 'keyturn@chromepay.example', configurationSet: 'keyturn' } },
  // Two must approve what touches tier high, and whoever asked for a run cannot be one of them. As which principals they
  // start runs and answer from a terminal: docs/channels/iam.md.
  approvers: ['platform-oncall', 'security-oncall', 'payments-oncall'].map((name) => ({
    name,
    email: `${name}@chromepay.example`,
    principal: `arn:aws:iam::111122223333:role/${name}`,
  })),
});
