// What the pages say in English.
import { measure } from "../lib/measure.ts";
import type { Words } from "./zh.ts";

const distance = (metres: number): string => {
  const { value, unit } = measure(metres);
  return `${value} ${unit}`;
};

export const en: Words = {
  lang: "en",
  title: "Grid map",
  brand: "Gridward",
  otherLanguage: "中文",
  otherLanguageLabel: "中文：切换到中文",
  tiers: { 1: "Tier 1", 2: "Tier 2", 3: "Tier 3" },
  roles: {
    leader: "Grid leader",
    inspector: "Inspector",
    villager_group_leader: "Villager group leader",
    joint_defence_leader: "Joint-defence leader",
    mediator: "Mediator",
    instructor: "Instructor",
  },
  partyGroup: "Party group",
  leader: "Grid leader",
  staff: "Also responsible",
  deputy: (role) => `Deputy ${role.charAt(0).toLowerCase()}${role.slice(1)}`,
  standIn: {
    deputy: "The post is vacant: the deputy stands in",
    above: (tier) => `The post is vacant: ${tier.charAt(0).toLowerCase()}${tier.slice(1)} above stands in`,
    town: "The post is vacant: the town office stands in",
  },
  deadline: {
    day: ({ day, minute }) =>
      [
        new Date(`${day}T00:00Z`).toLocaleDateString("en-GB", {
          weekday: "short",
          day: "numeric",
          month: "short",
          timeZone: "UTC",
        }),
        minute,
      ]
        .filter(Boolean)
        .join(" "),
    due: (day) => `due on ${day}`,
    overdue: (day) => `Overdue: was due on ${day}`,
  },
  noDescription: "(no description)",
  nobody: "The roster names nobody for this grid yet",
  noGrid: "none",
  phoneHidden: "part of the number is hidden",
  call: (name) => `Call ${name}`,
  distance,
  borderDistance: (metres) => `${distance(metres)} to the nearest grid border`,
  nearBorder: "Very close to a border: please check the position",
  outside: "This place is in no grid",
  nearest: (name, metres) => `The nearest grid is ${name}, ${distance(metres)} away`,
  demo: "Demo data: borders, people and phone numbers are invented",
  edition: (name) => `Edition ${name}`,
  code: "Code",
  asking: "Looking it up…",
  failedNetwork: "The service cannot be reached. Check the connection and try again",
  failedService: (title) => `The service gave no answer: ${title}`,
  retry: "Try again",
  close: "Close",
  cancel: "Cancel",
  copyLink: "Copy link",
  copied: "Copied",
  panel: "Answer",
  announce: (names, party, leader) => `${names}. Party group: ${party}. Grid leader: ${leader}.`,
  warnings: "Please note",
  warningTexts: {
    zero_point: "Devices give 0, 0 when they have no position",
    swapped_axes: "Longitude and latitude may be exchanged: longitude comes first",
    crs_mismatch: "These coordinates may be of another system: those of GPS, Amap and Baidu differ. Please check",
  },
  hint: "Click anywhere on the map to see its grids and who answers there",
  map: {
    label: "Map of the grids. Arrow keys move it, plus and minus zoom, Enter asks about the centre.",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    whole: "Show everything",
    tierSwitch: "Tier shown",
    auto: "Auto",
  },
  reports: { open: "Reports", label: "Reports: look, handle, report something", here: "Report here" },
  editions: { open: "Editions", label: "Editions: compare, upload, check, publish" },
  search: {
    label: "Find a grid by name, code, party group or leader",
    hint: "Find a grid",
    none: "Nothing found",
    found: (count) => (count === 1 ? "1 grid found" : `${count} grids found`),
    clear: "Clear",
  },
  who: {
    title: "Staff sign-in",
    signIn: "Sign in",
    signOut: "Sign out",
    signedIn: (name) => `Signed in: ${name}`,
    goOn: "Go on",
    name: "Sign-in name",
    password: "Password",
    trying: "Signing in…",
    note: "An administrator makes accounts. If you forgot your password, ask the town office. On a shared computer, sign out when you are done.",
    own: {
      title: "Change my password",
      current: "Password so far",
      wanted: "New password",
      note: "At least 10 characters, 5 of them different, and not your sign-in name. Your other devices are signed out.",
      change: "Change it",
      done: "Your password is changed, and your other devices are signed out.",
      refused: (problem) => {
        if (problem?.status === 429) return "Too many tries failed; try again later";
        if (problem?.status === 401) return "You are signed out; sign in again";
        const fields = problem?.errors?.map(({ field }) => field) ?? [];
        if (fields.includes("password")) return "The password so far is another";
        return fields.includes("new_password")
          ? "The new password is too simple"
          : "It cannot be changed now; try again later";
      },
    },
    refused: (problem) => {
      if (problem?.status === 401) return "The name or the password is wrong";
      if (problem?.status === 429) return "Too many sign-ins failed; try again later";
      return problem?.status === 400
        ? "Type your name and your password"
        : "Signing in does not work now; try again later";
    },
    roles: {
      viewer: "Public",
      reporter: "Reporting system",
      leader: "Grid leader",
      dispatcher: "Dispatcher",
      admin: "Administrator",
    },
  },
  empty: {
    title: "No grids on the map yet",
    text: "The map appears once grid borders are uploaded and published.",
    upload: "Upload borders",
    own: "Or import and publish your own borders on the server",
    demo: "Or look at the demo town first (borders and names are invented)",
    reload: "Reload when the import is done",
  },
  broken: { title: "The map did not load", text: "The service does not answer. Please try again later." },
  noWebgl: "This browser cannot draw the map (it lacks WebGL 2). Search still works.",
  mobile: {
    title: "Which grid am I in",
    asking: "Finding your position…",
    askingHint: "If the browser asks, choose 'Allow'",
    looking: "Looking up the grid…",
    accuracy: (metres) => `Position good to about ${distance(metres)}`,
    chosen: "The place you chose on the map",
    typed: "The coordinates you typed",
    again: "Locate me again",
    unsure: "It is not certain which grid this is",
    unsureText:
      "The position is not exact enough: you may be in any of these grids. Try again in the open, or tap the exact place on the map.",
    ownsPoint: "The grid at the position itself",
    outsideShare: "Outside every grid",
    refused: "The position was not allowed",
    refusedText: "Allow this page to use your position in the browser's settings and try again, or go on as below.",
    timeout: "Finding the position took too long",
    timeoutText: "There was no signal. Try again in the open, or go on as below.",
    unavailable: "No position available",
    unavailableText: "The phone gave no position. Turn on location services and try again, or go on as below.",
    insecure: "This page cannot use your position",
    insecureText: "Browsers share the position only over https. Use the https address, or go on as below.",
    openMap: "Choose on the map",
    closeMap: "Close the map",
    mapHint: "Tap where you are",
    type: "Type coordinates",
    typeLabel: "Longitude, latitude",
    typeHint: "For example 116.9000, 30.8000",
    typeBad: "These coordinates cannot be read. Write longitude, latitude, for example 116.9000, 30.8000",
    crs: "Taken from",
    crsNames: { wgs84: "GPS, Tianditu (WGS 84)", gcj02: "Amap, Tencent (GCJ-02)", bd09: "Baidu (BD-09)" },
    find: "Look up",
    fullMap: "Open the full map",
  },
};
