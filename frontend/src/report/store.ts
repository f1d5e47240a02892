/**
 * A small keyed store in the browser's own database. Photos are kept as bytes, because some phones lose Blobs that
 * are stored as such. Where the database is refused (private windows) memory serves as long as the page is open.
 */
export interface Store {
  get<T>(shelf: Shelf, key: string): Promise<T | undefined>;
  put<T>(shelf: Shelf, key: string, value: T): Promise<void>;
  remove(shelf: Shelf, key: string): Promise<void>;
  all<T>(shelf: Shelf): Promise<T[]>;
}

export const shelves = ['draft', 'outbox'] as const;
export type Shelf = (typeof shelves)[number];

export async function openStore(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<Store> {
  if (!factory) return new MemoryStore();
  try {
    const request = factory.open('onemap-report', 1);
    request.onupgradeneeded = () => {
      for (const shelf of shelves) request.result.createObjectStore(shelf);
    };
    return new DatabaseStore(await done(request));
  } catch {
    return new MemoryStore();
  }
}

class DatabaseStore implements Store {
  constructor(private readonly database: IDBDatabase) {}

  get<T>(shelf: Shelf, key: string): Promise<T | undefined> {
    return done(this.database.transaction(shelf).objectStore(shelf).get(key));
  }

  async put<T>(shelf: Shelf, key: string, value: T): Promise<void> {
    await this.write(shelf, (store) => store.put(value, key));
  }

  async remove(shelf: Shelf, key: string): Promise<void> {
    await this.write(shelf, (store) => store.delete(key));
  }

  all<T>(shelf: Shelf): Promise<T[]> {
    return done(this.database.transaction(shelf).objectStore(shelf).getAll());
  }

  // Resolves only when the transaction is complete: a success of the request alone could still be lost.
  private write(shelf: Shelf, act: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = this.database.transaction(shelf, 'readwrite');
    act(transaction.objectStore(shelf));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
}

export class MemoryStore implements Store {
  private readonly shelf = new Map<string, unknown>();

  async get<T>(shelf: Shelf, key: string): Promise<T | undefined> {
    return structuredClone(this.shelf.get(`${shelf}/${key}`)) as T | undefined;
  }

  async put<T>(shelf: Shelf, key: string, value: T): Promise<void> {
    this.shelf.set(`${shelf}/${key}`, structuredClone(value));
  }

  async remove(shelf: Shelf, key: string): Promise<void> {
    this.shelf.delete(`${shelf}/${key}`);
  }

  async all<T>(shelf: Shelf): Promise<T[]> {
    const mine = [...this.shelf].filter(([name]) => name.startsWith(`${shelf}/`));
    return mine.map(([, value]) => structuredClone(value) as T);
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
