// What was found in an edition, said in Chinese: the service's own sentences are English. By the problem's code.

/** What a problem is about, in words that are ready to be read. */
export interface Facts {
  /** The grids concerned, by name and code. */
  readonly who: readonly string[];
  /** An area or a length; empty where there is none. */
  readonly size: string;
  readonly count: number;
  /** The service's own words. */
  readonly sentence: string;
}

const OTHER_ZONE = /begin with the number of zone (\d+), but are read in zone (\d+) .*?--crs (EPSG:\d+)/;

/** The last of them apart from the others. */
const before = (who: readonly string[]): string => who.slice(0, -1).join("、");

export const findings: Record<string, (facts: Facts) => string> = {
  ring_not_closed: ({ who, size }) => `${who} 的边环首尾相距 ${size}`,
  ring_collapsed: ({ who, size }) => `${who} 有一个边环没有面积，长 ${size}`,
  self_intersection: ({ who, count }) => `${who} 的边界穿过或碰到自身，共 ${count} 处`,
  empty_geometry: ({ who }) => `${who} 没有图形，或者什么也没有剩下`,
  coordinate_range: ({ who, count }) => `${who.join("、") || "这个图形"} 有 ${count} 个坐标不是经纬度`,
  code_missing: () => "这个图形没有编码",
  code_duplicate: ({ who }) => `编码已有别的网格使用：${who}`,
  tier_missing: ({ who }) => `${who.join("、") || "这个图形"} 没有级别`,
  parent_missing: ({ who }) => `${who} 没有上级，或者它的上级不在数据里`,
  parent_wrong_tier: ({ who }) => `${who} 的上级不是更大一级的网格`,
  overlap: ({ who, size }) => `${who.join(" 与 ")} 重叠 ${size}；接受时归 ${who[0]}`,
  gap: ({ who, size }) => `${who.join("、")} 之间有 ${size} 不属于任何网格`,
  sliver: ({ who, size }) => `${who.join("、")} 之间有一条 ${size} 的细缝`,
  outside_parent: ({ who, size }) => `${before(who)} 有 ${size} 伸出上级 ${who.at(-1)}`,
  suspected_crs: ({ size, sentence }) => {
    const zones = OTHER_ZONE.exec(sentence);
    if (zones) {
      return `东坐标开头的带号是 ${zones[1]}，却按第 ${zones[2]} 带读取，网格偏离几百公里：请在“坐标系”一栏填 ${zones[3]} 后重新上传`;
    }
    return size === ""
      ? "坐标像是纬度在前、经度在后"
      : `多数网格偏离生效版本约 ${size}，像是加偏坐标，请选对坐标系重新导入`;
  },
  roster_missing: ({ who, count }) =>
    who.length > 0
      ? `${who.join("、")} 和它的上级网格在名册里都没有人`
      : count > 1
        ? `还没有名册，${count} 个网格无人负责`
        : "名册里没有镇级网格办：各级都空缺时无人负责",
};
