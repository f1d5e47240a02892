/** The command centre as a staff member uses it: by the API, and signed in on a page. */
export class Desk {
  constructor(origin) {
    this.origin = origin;
    this.cookie = '';
    this.known = new Set();
  }

  /** Demo accounts are named after their role. */
  async signIn(login, password = 'onemap-demo') {
    const response = await this.ask('/api/v1/session', { method: 'POST', body: { login, password } });
    this.cookie = (response.headers.get('set-cookie') ?? '').split(';')[0];
    return response.json();
  }

  /** Gives the session to a browser, so that its pages are signed in. */
  async enter(context) {
    const [name, ...value] = this.cookie.split('=');
    await context.addCookies([
      { name, value: value.join('='), url: this.origin, httpOnly: true, sameSite: 'Lax' },
    ]);
  }

  /** The newest cases, at most 50. */
  async cases(query = '') {
    const response = await this.ask(`/api/v1/cases?limit=50${query}`);
    return (await response.json()).items;
  }

  /** Remembers what is there now, so that `arrived` tells what came after. */
  async startCounting() {
    this.known = new Set((await this.cases()).map((row) => row.id));
  }

  /** The cases of a facility that arrived since counting began. */
  async arrived(facilityCode) {
    const rows = await this.cases();
    return rows.filter((row) => row.facility_code === facilityCode && !this.known.has(row.id));
  }

  /** The case with this number, as its row. */
  async caseOf(number) {
    const found = (await this.cases(`&q=${encodeURIComponent(number)}`)).find((row) => row.number === number);
    if (!found) throw new Error(`no case ${number} in sight`);
    return found;
  }

  async act(id, action, extra = {}) {
    const seen = await this.ask(`/api/v1/cases/${id}`);
    const body = { action, ...extra };
    const etag = seen.headers.get('etag');
    const response = await this.ask(`/api/v1/cases/${id}/steps`, {
      method: 'POST',
      body,
      headers: { 'If-Match': etag },
    });
    return response.json();
  }

  async ask(path, { method = 'GET', body, headers = {} } = {}) {
    const response = await fetch(this.origin + path, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(this.cookie ? { Cookie: this.cookie } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }
}
