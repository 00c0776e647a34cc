// Where the phone is: asked of the browser, or said by the reader when the browser can't.
import { signal } from "@preact/signals";
import type { Crs } from "../api/types.ts";
import { type Place, place } from "../lib/place.ts";
import { ask, forget } from "./answer.ts";

export type Refusal = "refused" | "timeout" | "unavailable" | "insecure";

export type Position =
  | { readonly from: "nowhere" }
  | { readonly from: "asking" }
  | { readonly from: "device"; readonly accuracyM: number }
  | { readonly from: "map" }
  | { readonly from: "typing" }
  | { readonly from: "failure"; readonly why: Refusal };

export const position = signal<Position>({ from: "nowhere" });

/** The service answers no larger circle; a position this bad says nothing about a grid anyway. */
const WORST_ACCURACY_M = 100_000;

const OPTIONS: PositionOptions = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 0 };

export async function locateMe(): Promise<void> {
  forget();
  if (!isSecureContext || !("geolocation" in navigator)) {
    position.value = { from: "failure", why: isSecureContext ? "unavailable" : "insecure" };
    return;
  }
  const asking: Position = { from: "asking" };
  position.value = asking;
  try {
    const { coords } = await new Promise<GeolocationPosition>((found, failed) =>
      navigator.geolocation.getCurrentPosition(found, failed, OPTIONS),
    );
    // The reader may have pointed at the map meanwhile, and that counts more.
    if (position.peek() !== asking) return;
    position.value = { from: "device", accuracyM: coords.accuracy };
    const accuracyM = Math.min(Math.max(1, Math.round(coords.accuracy)), WORST_ACCURACY_M);
    await ask({ place: place(coords.longitude, coords.latitude), accuracyM });
  } catch (error) {
    if (position.peek() !== asking) return;
    position.value = { from: "failure", why: reason(error as GeolocationPositionError) };
  }
}

export function point(at: Place): void {
  position.value = { from: "map" };
  void ask({ place: at });
}

export function say(at: Place, crs: Crs): void {
  position.value = { from: "typing" };
  void ask({ place: at, crs });
}

function reason(error: GeolocationPositionError): Refusal {
  switch (error.code) {
    case error.PERMISSION_DENIED:
      return "refused";
    case error.TIMEOUT:
      return "timeout";
    default:
      return "unavailable";
  }
}
