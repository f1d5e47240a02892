import { ref, shallowRef } from 'vue';
import type { Collection, ServiceProperties } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';

export interface Near extends ServiceProperties {
  lon: number;
  lat: number;
}

/** How far is near, in metres, and how many fit a glance. */
const reach = 3000;
const most = 20;

/** The services nearest to a point, of one kind or all; asked for anew when the map comes to rest elsewhere. */
export class Nearby {
  readonly items = shallowRef<Near[] | null>(null);
  readonly problem = shallowRef<Problem | null>(null);
  readonly kind = ref('');
  private at: [number, number] | null = null;
  private asking: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** The map rests at the point (lon, lat). */
  move(lon: number, lat: number): void {
    const [x, y] = this.at ?? [Number.NaN, Number.NaN];
    // About 30 m: less does not change what is nearest.
    if (Math.hypot((lon - x) * Math.cos((lat * Math.PI) / 180), lat - y) < 0.0003) return;
    this.at = [lon, lat];
    this.soon();
  }

  only(kind: string): void {
    this.kind.value = kind;
    this.items.value = null;
    void this.load();
  }

  async load(): Promise<void> {
    if (!this.at) return;
    this.asking?.abort();
    const mine = new AbortController();
    this.asking = mine;
    this.problem.value = null;
    try {
      const near = this.at.map((degrees) => degrees.toFixed(6)).join(',');
      const found = await ask<Collection<ServiceProperties>>('/api/v1/services', {
        query: { near, limit: most, radius: reach, kind: this.kind.value || undefined },
        signal: mine.signal,
      });
      this.items.value = (found.features ?? []).map(({ properties, geometry }) => ({
        ...properties,
        lon: geometry.coordinates[0],
        lat: geometry.coordinates[1],
      }));
    } catch (cause) {
      if (mine.signal.aborted) return;
      if (!(cause instanceof Problem)) throw cause;
      this.problem.value = cause;
    }
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), 250);
  }
}
