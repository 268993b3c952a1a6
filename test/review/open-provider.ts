import { fetchOnce } from '../../adapters/network.ts';
import { OidcProvider } from '../../adapters/oidc-provider.ts';
import { verifyToken } from '../../adapters/token-signature.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { Settings } from '../../core/settings.ts';
import { Visitor as Browser } from '../../rehearsal/day/visitor.ts';
import { type HttpServer, serve } from '../../rehearsal/targets/http-target.ts';
import { ReplicaProvider } from '../../rehearsal/targets/identity-provider.ts';

/* An identity provider behind a real server on loopback, under a name that is another site's than the desk's. */

const people = ['requester', 'first-approver', 'second-approver'].map((name) => ({
  name,
  claims: { email: `${name}@example.com`, email_verified: true },
}));

export class OpenProvider {
  readonly #server: HttpServer;
  readonly #clock: { now: () => Instant };
  readonly replica: ReplicaProvider;
  readonly issuer: string;
  readonly redirectUri: string;

  private constructor(server: HttpServer, replica: ReplicaProvider, clock: { now: () => Instant }) {
    this.#server = server;
    this.#clock = clock;
    this.replica = replica;
    this.issuer = replica.options.issuer;
    this.redirectUri = replica.options.client.redirectUri;
  }

  static async open(redirectUri: string): Promise<OpenProvider> {
    let replica: ReplicaProvider | undefined;
    const server = await serve((request) => replica?.target(request) ?? { status: 503 });
    const clock = { now: () => instant(0) };
    const issuer = `http://localhost:${server.port}`;
    replica = new ReplicaProvider({ issuer, client: { id: 'keyturn', redirectUri }, people, clock });
    return new OpenProvider(server, replica, clock);
  }

  /** What the desk gets besides: the settings that ask for a sign-in, and the deployed adapter. */
  portsOf<Given extends { readonly clock: { now(): Instant }; readonly settings: Settings }>({
    clock,
    settings,
  }: Given) {
    this.#clock.now = clock.now;
    const signIn = { issuer: this.issuer, clientId: 'keyturn', claim: 'email', scopes: ['email'] };
    return {
      settings: { ...settings, signIn },
      identityProvider: new OidcProvider(signIn, {
        network: { fetch: fetchOnce },
        clock,
        verify: verifyToken,
        redirectUri: this.redirectUri,
      }),
    };
  }

  close(): Promise<void> {
    return this.#server.stop();
  }
}

/** Whoever opens a link, and goes where they are sent by hand. */
export class Visitor extends Browser {
  /** Begins a sign-in for a link, and returns where at the provider it leads to. */
  async begin(link: string): Promise<string> {
    const response = await this.ask(link.replace('/review/', '/sign-in/'));
    await response.text();
    return response.headers.get('location') ?? '';
  }

  /** Signs in for a link as somebody, and returns what the desk answers when they come back. */
  async signIn({ idp }: { readonly idp: OpenProvider }, link: string, name: string): Promise<Response> {
    return this.ask(idp.replica.signIn(name, await this.begin(link)));
  }
}
