/** The browser of somebody who opens a link: it keeps cookies, for whoever it asks. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  /** Asks once. Where it is sent to is for its owner to go. */
  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split(/=(.*)/s) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Asks, and goes wherever it is sent. */
  async open(url: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.ask(url, init);
    const location = response.headers.get('location');
    if (location === null) return response;
    await response.text();
    return this.open(new URL(location, url).href);
  }

  /**
   * Opens a link as its owner, who signs in where the page asks for it.
   *
   * @throws {Error} when the page does not open.
   */
  async openAs(name: string, link: string): Promise<string> {
    const page = await pageOf(await this.open(link));
    const signIn = /href="(\/sign-in\/[^"]+)"/.exec(page)?.[1];
    if (signIn === undefined) return page;

    const address = new URL(signIn, link).href;
    const choice = await this.ask(address);
    const provider = choice.headers.get('location') ?? '';
    const asked = new URL(provider).searchParams;
    asked.set('person', name);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return pageOf(await this.open(provider, { method: 'POST', headers, body: asked.toString() }));
  }
}

async function pageOf(response: Response): Promise<string> {
  const page = await response.text();
  if (response.status !== 200) throw new Error(`the review page did not open: ${response.status}`);
  return page;
}
