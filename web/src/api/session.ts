// Who is asking, signing in and out. The session is in a cookie that no script can read.
import { call } from "./client.ts";
import type { SessionDetail } from "./types.ts";

export function whoAmI(): Promise<SessionDetail> {
  return call("/v1/session");
}

export function signIn(name: string, password: string): Promise<SessionDetail> {
  return call("/v1/session", { method: "POST", body: { sign_in: name, password } });
}

/** Everywhere else one is signed out by it. */
export function changePassword(password: string, newPassword: string): Promise<SessionDetail> {
  return call("/v1/session/password", { method: "POST", body: { password, new_password: newPassword } });
}

export function signOut(): Promise<unknown> {
  return call("/v1/session", { method: "DELETE" });
}
