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
}
