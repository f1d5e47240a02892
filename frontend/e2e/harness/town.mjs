import { randomUUID } from 'node:crypto';

/** Finds things in the town under test by its public API, so that no spec depends on one seed. */
export class Town {
  constructor(origin) {
    this.origin = origin;
  }

  async get(path) {
    const response = await fetch(this.origin + path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  /** west, south, east, north in degrees. */
  async bounds() {
    const { items } = await this.get('/api/v1/regions');
    if (!items?.length) throw new Error('the town has no region');
    return items[0].bbox;
  }

  /** A facility with a plate: {code, class, name, place, lon, lat}. Looks from the middle of the town outwards. */
  async facility(wanted = '') {
    const [west, south, east, north] = await this.bounds();
    const steps = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];
    for (const y of steps) {
      for (const x of steps) {
        const near = `${west + (east - west) * x},${south + (north - south) * y}`;
        const filter = wanted ? `&class=${wanted}` : '';
        const { features } = await this.get(`/api/v1/facilities?near=${near}&limit=5&radius=500${filter}`);
        const found = features.find((feature) => feature.properties.code);
        if (found) {
          const [lon, lat] = found.geometry.coordinates;
          return { ...found.properties, lon, lat };
        }
      }
    }
    throw new Error(`no facility ${wanted} was found in the town`);
  }

  /** A facility with a plate that lies in the region of the code, whatever its level. */
  async facilityIn(region) {
    const { bbox } = (await this.get('/api/v1/regions?level=community')).items.find(
      (one) => one.code === region,
    );
    const near = `${(bbox[0] + bbox[2]) / 2},${(bbox[1] + bbox[3]) / 2}`;
    const { features } = await this.get(`/api/v1/facilities?near=${near}&limit=20&radius=500`);
    for (const { properties, geometry } of features) {
      const [lon, lat] = geometry.coordinates;
      const { scope_code: scope } = await this.get(`/api/v1/locate?lon=${lon}&lat=${lat}`);
      if (properties.code && scope.startsWith(region)) return { ...properties, lon, lat };
    }
    throw new Error(`no facility was found in ${region}`);
  }

  /** A report as the resident's page sends it. Gives {number, receipt, at}: `at` is when the answer was there, ms. */
  async report(facilityCode, words = {}) {
    const response = await fetch(`${this.origin}/api/v1/reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
      body: JSON.stringify({ facility_code: facilityCode, concern: 'broken', photos: [], ...words }),
    });
    if (response.status !== 201)
      throw new Error(`the report was answered ${response.status}: ${await response.text()}`);
    return { ...(await response.json()), at: Date.now() };
  }
}
