// Who is signed in on this browser. Null as long as that is not known, and where the service does not say.
import { signal } from "@preact/signals";
import { problemIn } from "../api/client.ts";
import * as api from "../api/session.ts";
import type { Problem, SessionDetail } from "../api/types.ts";

export const who = signal<SessionDetail | null>(null);

export async function loadWho(): Promise<void> {
  try {
    who.value = await api.whoAmI();
  } catch {
    who.value = null;
  }
}

/** What the service said against it; null when it let them in, undefined for silence. */
export async function enter(name: string, password: string): Promise<Problem | null | undefined> {
  try {
    who.value = await api.signIn(name, password);
    return null;
  } catch (error) {
    return problemIn(error) ?? undefined;
  }
}

/** What the service said against it; null when it is changed, undefined for silence. */
export async function changePassword(password: string, newPassword: string): Promise<Problem | null | undefined> {
  try {
    who.value = await api.changePassword(password, newPassword);
    return null;
  } catch (error) {
    return problemIn(error) ?? undefined;
  }
}

/** Whether the service took notice. */
export async function leave(): Promise<boolean> {
  try {
    await api.signOut();
  } catch {
    return false;
  }
  await loadWho();
  return true;
}
