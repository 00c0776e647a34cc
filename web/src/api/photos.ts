// The calls about photos of reports.
import { call, Failure } from "./client.ts";
import type { PhotoDetail } from "./types.ts";

/** By which somebody may look: the token of whoever sent the report, a key, or neither where a cookie says who it is. */
export interface Access {
  readonly token?: string | null;
  readonly key?: string | null;
}

const at = (id: string, { token }: Access): string => {
  const query = token ? `?${new URLSearchParams({ token })}` : "";
  return `/v1/reports/${encodeURIComponent(id)}/photos${query}`;
};

const options = ({ token, key }: Access) => ({ key: key ?? null, anonymous: Boolean(token) });

export async function photos(id: string, access: Access, signal?: AbortSignal): Promise<PhotoDetail[]> {
  return (await call<{ photos: PhotoDetail[] }>(at(id, access), { ...options(access), signal })).photos;
}

/** The same photo sent again is there once. */
export function addPhoto(id: string, photo: Blob, access: Access): Promise<PhotoDetail> {
  return call(at(id, access), { method: "POST", body: photo, ...options(access) });
}

/** A picture, for those whom an image's address alone would not show it. */
export async function pictureOf(address: string, { token, key }: Access, signal?: AbortSignal): Promise<Blob> {
  const query = token ? `?${new URLSearchParams({ token })}` : "";
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const credentials = token ? "omit" : "same-origin";
  const response = await fetch(address + query, { headers, credentials, signal: signal ?? null });
  if (!response.ok) throw new Failure(null);
  return response.blob();
}
