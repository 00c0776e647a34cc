// The report that is being written: where, what, and what goes with it.
import { signal } from "@preact/signals";
import { categories as fetchCategories } from "../../api/reports.ts";
import type { Category, NewReport } from "../../api/types.ts";
import { language } from "../../i18n/index.ts";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { shrunk, Unreadable } from "../../lib/photo.ts";
import { answer } from "../answer.ts";
import { position } from "../position.ts";
import { post } from "./outbox.ts";

export const MOST_PHOTOS = 9;
const KEY = "gridward.categories";
/** The service takes no larger circle. */
const WORST_ACCURACY_M = 100_000;

export const category = signal<string | null>(null);
export const text = signal("");
export const name = signal("");
export const phone = signal("");

export interface ChosenPhoto {
  readonly blob: Blob;
  /** For an image; given back when the photo goes. */
  readonly address: string;
}

export const photos = signal<readonly ChosenPhoto[]>([]);
export const shrinking = signal(0);
export const photoTrouble = signal<Unreadable["why"] | null>(null);

export const categories = signal<readonly Category[]>(remembered());

/** Those of an earlier visit do until they come, and where there is no network. */
export async function loadCategories(): Promise<void> {
  try {
    categories.value = await fetchCategories();
    localStorage.setItem(KEY, JSON.stringify(categories.value));
  } catch {
    // What is there stays.
  }
}

function remembered(): readonly Category[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as Category[];
  } catch {
    return [];
  }
}

export function named({ zh, en }: Category): string {
  return language.value === "zh" ? zh : en;
}

export function nameOf(code: string): string {
  const found = categories.value.find((one) => one.code === code);
  return found ? named(found) : code;
}

export async function addPhotos(files: readonly File[]): Promise<void> {
  photoTrouble.value = null;
  for (const file of files.slice(0, MOST_PHOTOS - photos.peek().length)) {
    shrinking.value++;
    try {
      const blob = await shrunk(file);
      photos.value = [...photos.peek(), { blob, address: URL.createObjectURL(blob) }];
    } catch (error) {
      photoTrouble.value = error instanceof Unreadable ? error.why : "unreadable";
    } finally {
      shrinking.value--;
    }
  }
}

export function removePhoto(photo: ChosenPhoto): void {
  URL.revokeObjectURL(photo.address);
  photos.value = photos.peek().filter((one) => one !== photo);
}

/** Whether there is a place that a report can be about, whatever the service says to it. */
export function hasPlace(): boolean {
  return answer.value.state !== "none";
}

/** Sends it on its way; whether there was enough to send. */
export async function submit(): Promise<boolean> {
  const code = category.peek();
  const where = answer.peek();
  if (code === null || where.state === "none" || shrinking.peek() > 0) return false;
  const said = text.peek().trim();
  const report: NewReport = {
    category: code,
    description: said || mobileWords.peek().report.fromPhone(nameOf(code)),
    lon: where.query.place.lon,
    lat: where.query.place.lat,
    occurred_at: new Date().toISOString(),
    ...whence(where.query.crs),
    ...whoReports(),
  };
  await post(
    report,
    photos.peek().map(({ blob }) => blob),
  );
  for (const photo of photos.peek()) removePhoto(photo);
  category.value = null;
  text.value = "";
  return true;
}

/** How the place was found, as it was. */
function whence(crs: NewReport["crs"]): Partial<NewReport> {
  const from = position.peek();
  if (from.from === "device") {
    return { source: "device", crs: "wgs84", accuracy: Math.min(from.accuracyM, WORST_ACCURACY_M) };
  }
  if (from.from === "map") return { source: "map", crs: "wgs84" };
  return crs ? { crs } : {};
}

function whoReports(): Partial<NewReport> {
  const who = { name: name.peek().trim() || null, phone: phone.peek().trim() || null };
  return who.name || who.phone ? { reporter: who } : {};
}
