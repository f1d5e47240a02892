import { setTimeout as sleep } from 'node:timers/promises';

/** A resident with the report page and the receipt, in their words. */
export class Resident {
  constructor({ page, context }, { scripted = true } = {}) {
    this.page = page;
    this.context = context;
    this.scripted = scripted;
  }

  /** Scans the plate of a facility. */
  async scan(code, query = '') {
    await this.page.goto(`/q/${code}${query}`);
    await this.ready();
  }

  async openReport(query = '') {
    await this.page.goto(`/report${query}`);
    await this.ready();
  }

  /** Waits until the script has taken the form over; without script there is nothing to wait for. */
  async ready() {
    if (this.scripted) await this.page.waitForSelector('#form[data-ready]', { state: 'attached' });
  }

  async choose(concern) {
    await this.page.locator(`.tiles label:has(input[value="${concern}"])`).click();
  }

  async chooseDamage(nth) {
    await this.page.locator('#chips label').nth(nth).click();
  }

  async addPhoto(file) {
    await this.page.locator('#strip input[type="file"]').last().setInputFiles(file);
  }

  async photoUploaded() {
    await this.page
      .getByText(/^(已上传|Uploaded)$/)
      .first()
      .waitFor();
  }

  photos() {
    return this.page.locator('#strip img').count();
  }

  async write(text) {
    await this.page.locator('#text').fill(text);
  }

  /** What was begun is written down, with these words; that happens a moment after the last change. */
  async drafted(words) {
    let texts = [];
    for (const until = Date.now() + 15_000; Date.now() < until; await sleep(50)) {
      texts = await this.begun();
      if (texts.includes(words)) return;
    }
    throw new Error(`no draft says ${words}: ${JSON.stringify(texts)}`);
  }

  /** The words of every report that the browser keeps as begun. */
  begun() {
    return this.page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open('onemap-report');
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const reading = opening.result.transaction('draft').objectStore('draft').getAll();
            reading.onerror = () => reject(reading.error);
            reading.onsuccess = () => {
              opening.result.close();
              resolve(reading.result.map(({ text }) => text));
            };
          };
        }),
    );
  }

  /** From the next page on, the phone puts the page away for a moment while the store is asked what was begun. */
  async hiddenWhileOpening() {
    await this.page.addInitScript(() => {
      const { get } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.get = function (...asked) {
        const answer = get.apply(this, asked);
        if (this.name === 'draft') {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
          document.dispatchEvent(new Event('visibilitychange'));
          Reflect.deleteProperty(document, 'hidden');
        }
        return answer;
      };
    });
  }

  async send() {
    await this.page.locator('#send').click();
  }

  /** Two taps as quick as a finger can. */
  async sendTwice() {
    await this.page.locator('#send').evaluate((button) => {
      button.click();
      button.click();
    });
  }

  async useLocation() {
    await this.page.locator('#locate').click();
  }

  /** The facilities offered as the nearest: their codes. */
  async offered() {
    const inputs = this.page.locator('#which-list input:not([value=""])');
    await inputs.first().waitFor({ state: 'attached' });
    return inputs.evaluateAll((all) => all.map((input) => input.value));
  }

  async pickOffered(code) {
    await this.page.locator(`#which-list label:has(input[value="${code}"])`).click();
  }

  async openMap() {
    await this.page.locator('#pick').click();
    await this.page.locator('#map-box canvas').waitFor();
  }

  async confirmPoint() {
    await this.page.getByRole('button', { name: /就是这里|It is here/ }).click();
  }

  async typeCode(code) {
    await this.page.locator('#typed').fill(code);
    await this.page.locator('#typed-go').click();
  }

  /** What the page says of a field, once it says something. */
  problem(id) {
    return this.page.locator(`#${id}:not(:empty)`).textContent();
  }

  async offline(away) {
    await this.context.setOffline(away);
  }

  async otherLanguage() {
    await this.page.locator('#lang').click();
  }

  async kept() {
    await this.page.locator('#kept-title').waitFor();
  }

  async delivered() {
    await this.page.getByText(/已送到|Delivered/).waitFor();
  }

  /** Waits for the receipt and gives what stands on it. */
  async receipt() {
    await this.page.waitForURL('**/r/*');
    await this.page.locator('#receipt').waitFor();
    return {
      address: new URL(this.page.url()).pathname,
      text: await this.page.locator('#receipt').innerText(),
    };
  }

  /** How large the photos on the receipt are in full: the longer side of each, in pixels. */
  async receiptPhotos() {
    await this.page.locator('.strip img').first().waitFor();
    return this.page.locator('.strip a').evaluateAll((links) =>
      Promise.all(
        links.map(async (link) => {
          const picture = await createImageBitmap(await (await fetch(link.href)).blob());
          return Math.max(picture.width, picture.height);
        }),
      ),
    );
  }

  language() {
    return this.page.locator('html').getAttribute('lang');
  }

  words() {
    return this.page.locator('body').innerText();
  }
}
