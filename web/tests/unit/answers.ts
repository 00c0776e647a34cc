// Answers of the service as the tests need them.
import type { LocateAnswer } from "../../src/api/types.ts";

export const inside: LocateAnswer = {
  query: { lon: 116.9, lat: 30.8, crs: "wgs84" },
  edition: "demo",
  grids: [
    { tier: 1, code: "340881106202", name: "乔庄村" },
    { tier: 2, code: "340881106202001", name: "乔庄第一片" },
    { tier: 3, code: "340881106202001003", name: "柳林组" },
  ],
  responsible: {
    grid: "340881106202001003",
    party_group: "柳林党小组",
    leader: { name: "王某", phone: "138****0000" },
    staff: [{ role: "mediator", name: "李某", phone: null }],
  },
  answers: {
    level: "tier3",
    grid: "340881106202001003",
    name: "王某",
    phone: "138****0000",
    role: "leader",
    deputy: false,
  },
  border_distance_m: 23.4,
  nearest: null,
};

export const outside: LocateAnswer = {
  ...inside,
  grids: [],
  responsible: null,
  answers: null,
  nearest: { code: "340881106202001003", name: "柳林组", distance_m: 1234 },
};
