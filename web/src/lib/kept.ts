// Small records that outlive the page, in the browser's own database.

/** Each table with the field that its records are known by. */
const KEYS = { drafts: "key", sent: "id" } as const;

export type Table = keyof typeof KEYS;

const NAME = "gridward";
const VERSION = 1;

let opening: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, failed) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [table, keyPath] of Object.entries(KEYS)) request.result.createObjectStore(table, { keyPath });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

async function within<T>(
  table: Table,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const db = await database();
  return new Promise((done, failed) => {
    // A draft that was promised to be kept has to be on the disk.
    const transaction = db.transaction(table, mode, { durability: "strict" });
    const request = work(transaction.objectStore(table));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error);
    transaction.onerror = () => failed(transaction.error);
  });
}

export function all<T>(table: Table): Promise<T[]> {
  return within(table, "readonly", (store) => store.getAll() as IDBRequest<T[]>);
}

export async function put(table: Table, record: unknown): Promise<void> {
  await within(table, "readwrite", (store) => store.put(record));
}

export async function remove(table: Table, key: string): Promise<void> {
  await within(table, "readwrite", (store) => store.delete(key));
}
