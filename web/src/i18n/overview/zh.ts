// What the overview says in Chinese. `en.ts` must have the same entries; the type checker sees to it.

const hours = (hours: number | null | undefined): string => {
  if (hours === null || hours === undefined) return "—";
  if (hours < 48) return `${Number(hours.toFixed(1))} 小时`;
  return `${Number((hours / 24).toFixed(1))} 天`;
};

export const zh = {
  title: "网格化治理总览",
  toMap: "网格地图",
  period: {
    label: "统计时段",
    presets: { all: "全部", week: "近 7 天", month: "本月", year: "今年" },
    since: "上报日期从",
    until: "到",
    ofAll: "全部时间",
    between: (since: string, until: string) =>
      since && until ? `${since} 至 ${until}` : since ? `${since} 起` : `截至 ${until}`,
    backwards: "开始日期晚于结束日期，请改正。",
  },
  loading: "正在统计…",
  counted: (reports: number) => `已统计 ${reports} 件上报事件`,
  retry: "重试",
  export: { label: "导出", csv: "导出 CSV", xlsx: "导出 Excel", failed: "没有导出成功" },
  count: (count: number) => count.toLocaleString("zh-CN"),
  hours,
  figures: {
    label: "主要数字",
    reports: "上报数",
    settled: "办结数",
    rate: "办结率",
    hours: "办结用时（中位数）",
    open: "待办结",
    overdue: "超期",
    unit: "件",
  },
  levels: {
    title: "由哪一级办结",
    column: "层级",
    settled: "办结数",
    share: "占比",
    names: { tier3: "三级网格（党小组）", tier2: "二级网格", tier1: "一级网格（村居）", town: "镇级网格办" },
  },
  status: {
    title: "办理状态",
    column: "状态",
    reports: "件数",
    names: {
      reported: "待受理",
      accepted: "办理中",
      resolved: "待核实",
      closed: "已办结",
      rejected: "不予受理",
      merged: "已合并",
    },
  },
  categories: {
    title: "按类别",
    column: "类别",
    reports: "上报数",
    settled: "办结数",
    rate: "办结率",
    hours: "用时中位数",
    overdue: "超期",
  },
  time: {
    title: "按上报时间",
    steps: { day: "每天", week: "每周", month: "每月" },
    column: "日期",
    settled: "办结",
    open: "未办结",
    chart: (step: string, spans: number, most: number) =>
      `柱状图：${step}上报数，共 ${spans} 段，最多 ${most} 件；数字见右表`,
    span: (first: string, last: string) => (first === last ? first : `${first} 至 ${last}`),
  },
  grids: {
    title: "按网格",
    tier: "网格层级",
    tiers: { 1: "一级网格（村居）", 2: "二级网格", 3: "三级网格（党小组）" },
    show: "地图显示",
    measures: { reports: "上报数", rate: "办结率", hours: "用时中位数", overdue: "超期" },
    legend: "图例",
    range: (low: string, high: string) => (low === high ? low : `${low} – ${high}`),
    none: "没有上报",
    outside: "不在任何网格内",
    column: "网格",
    map: "网格分布图；数字见旁边的表",
    noMap: "这个浏览器不能画地图，请看旁边的表。",
    unnamed: (code: string) => `${code}（现行版本已无此网格）`,
  },
  nothing: "这段时间没有上报事件。",
};

export type OverviewWords = typeof zh;
