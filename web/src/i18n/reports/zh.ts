// What the panel of reports says in Chinese. `en.ts` must have the same entries; the type checker sees to it.
import { measure } from "../../lib/measure.ts";

const distance = (metres: number): string => {
  const { value, unit } = measure(metres);
  return `${value} ${unit === "m" ? "米" : "公里"}`;
};

/** A button of a step, the title of its question, and what is said when it is done. */
export interface StepWords {
  readonly button: string;
  readonly title: string;
  readonly text: string;
  readonly done: string;
}

export const zh = {
  title: "上报事件",
  titles: { new: "我要上报", sent: "已上报" },
  back: "返回列表",
  close: "关闭",
  loading: "正在载入…",
  time: (time: string) =>
    new Date(time).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short", hour12: false }),
  ago: (minutes: number): string => {
    if (minutes < 1) return "刚刚";
    if (minutes < 60) return `${minutes} 分钟前`;
    if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} 小时前`;
    return `${Math.floor(minutes / 1440)} 天前`;
  },
  distance,
  status: {
    reported: "待受理",
    accepted: "办理中",
    resolved: "待核实",
    closed: "已办结",
    rejected: "不予受理",
    merged: "已合并",
  },
  level: { tier3: "三级网格（党小组）", tier2: "二级网格", tier1: "一级网格（村居）", town: "镇级网格办" },
  levelShort: { tier3: "三级", tier2: "二级", tier1: "村居", town: "镇级" },
  overdue: "超期",
  report: "我要上报",
  overview: "统计总览",
  reportHint: "在地图上点选位置，选择类别，写明情况。",
  reportHere: "在此上报",
  signIn: {
    title: "工作人员登录",
    text: "登录后可以看到本网格的上报事件，并受理、办结、上报上级。",
    account: "用账号登录",
    key: "或用密钥登录",
    button: "登录",
    trying: "正在核对…",
    wrong: "这个密钥不对，或者已被撤销。请核对后重新输入。",
    forbidden: "这个密钥没有查看上报事件的权限。",
    kept: "密钥只留在这个标签页里，关闭即忘。",
    out: "退出登录",
    roles: { viewer: "访客", reporter: "外部系统", leader: "网格长", dispatcher: "调度员", admin: "管理员" },
  },
  live: { stream: "实时更新", asking: "每隔几秒更新" },
  newcomer: (category: string, place: string) => `新上报：${category}，${place}`,
  list: {
    label: "上报事件列表",
    count: (count: number, more: boolean) => (more ? `${count} 件以上` : `${count} 件`),
    none: "没有符合条件的上报事件",
    noneYet: "还没有待办的上报事件。新的事件一到，就会出现在这里。",
    previous: "上一页",
    next: "下一页",
    page: (page: number, pages: string) => `第 ${page} / ${pages} 页`,
    fresh: "新",
    unplaced: "不在任何网格内",
  },
  filter: {
    search: "搜索编号或内容",
    more: "筛选",
    status: "状态",
    level: "层级",
    category: "类别",
    all: "全部类别",
    grid: "网格",
    gridHint: "名称、编码、党小组或网格长",
    gridNone: "没有找到这样的网格",
    gridClear: (name: string) => `不再只看${name}`,
    overdue: "只看超期",
    since: "上报日期从",
    until: "到",
    reset: "恢复默认",
  },
  legend: {
    title: "图例",
    status: "颜色：状态",
    level: "形状：由哪一级办理",
    overdue: "红圈：已超期",
    cluster: "数字：此处有几件",
  },
  page: {
    where: "位置",
    holder: "现由",
    leader: "联系人",
    deputy: "（副职）",
    reporter: "上报人",
    anonymous: "未留姓名",
    occurred: "发生时间",
    external: "来源编号",
    settled: (level: string, time: string) => `由${level}办结于 ${time}`,
    mergedInto: "已合并到",
    call: (name: string) => `打电话给${name}`,
    changed: "这件事刚刚有了新的进展。下面已是最新情况，请看过再决定；您写的备注还在。",
    noSuch: "没有这件上报事件，链接可能不完整。",
    notYours: "没有这件上报事件，或者它不归您的网格。",
  },
  story: {
    title: "办理经过",
    report: "上报",
    accept: "受理",
    resolve: "办结",
    forward: "上报上级",
    return: "退回下级",
    reassign: "改派",
    verify: "核实",
    reopen: "重新办理",
    reject: "不予受理",
    merge: "合并",
    warn: "催办",
    escalate: "超期升级",
    by: {
      nobody: "公众",
      key: "系统",
      session: "工作人员",
      command: "管理员（命令行）",
      program: "系统自动",
    } as Record<string, string>,
    now: (level: string, grid: string | null) => (grid ? `${level} · ${grid}` : level),
  },
  why: {
    title: "为什么派给这里",
    again: "按当时的边界、名册和规则重新推算，结果一致",
    differs: "按当时的边界、名册和规则重新推算，结果不同，请联系管理员",
    unknown: "当时的边界、名册或规则已不在库中，无法重新推算",
    basis: (edition: string, roster: string, rules: number) => `版本 ${edition} · 名册 ${roster} · 规则 ${rules}`,
  },
  duplicates: {
    title: "可能重复的上报",
    near: (distance: string, hours: string) => `相距 ${distance}，相隔 ${hours}`,
    hours: (hours: number) => {
      if (hours < 1) return "不到 1 小时";
      return hours < 48 ? `${Math.round(hours)} 小时` : `${Math.round(hours / 24)} 天`;
    },
    merge: "合并到这一件",
  },
  photos: {
    title: "照片",
    photo: (number: number) => `照片 ${number}`,
    open: (number: number) => `放大照片 ${number}`,
  },
  steps: {
    accept: { button: "受理", title: "受理这件事", text: "由您这一级开始办理。", done: "已受理" },
    resolve: { button: "办结", title: "办结", text: "事情已经处理好，等待上级核实。", done: "已办结，等待核实" },
    forward: { button: "上报上级", title: "上报上级", text: "本级办不了，交给上级网格办理。", done: "已上报上级" },
    return: { button: "退回下级", title: "退回下级", text: "交回下级网格办理，请写明原因。", done: "已退回" },
    reassign: { button: "改派", title: "改派到别的网格", text: "在地图上点选网格，或按名称搜索。", done: "已改派" },
    verify: { button: "核实通过", title: "核实通过", text: "看过办理结果，同意结案。", done: "已核实，结案" },
    reopen: { button: "重新办理", title: "重新办理", text: "结果还不行，请写明还要做什么。", done: "已重新办理" },
    reject: { button: "不予受理", title: "不予受理", text: "请写明原因，上报人会看到。", done: "已答复不予受理" },
    merge: { button: "合并", title: "合并到另一件", text: "两件说的是同一件事，以另一件为准。", done: "已合并" },
  } as Record<string, StepWords>,
  note: "备注",
  noteNeeded: "原因",
  noteHint: "办理过程里所有人都能看到",
  to: "交给",
  toNext: "上一级",
  toBelow: "下一级",
  into: "合并到哪一件（编号）",
  confirm: "确定",
  working: "正在提交…",
  reassign: {
    search: "搜索网格",
    hint: "或在地图上点一下事情所在的位置",
    choose: "改派到",
    none: "那里没有网格",
  },
  new: {
    category: "类别",
    choose: "请选择",
    description: "情况说明",
    descriptionHint: "发生了什么，在哪里，有没有危险",
    name: "您的姓名（可不填）",
    phone: "您的电话（可不填）",
    where: "位置",
    point: "请在地图上点一下事情发生的位置",
    move: "位置不对？在地图上再点一下",
    goesTo: "将派给",
    byTown: "由镇级网格办人工派单",
    send: "上报",
    sending: "正在上报…",
    unsent: "没有送出，请再试一次；不会重复上报。",
    kept: "已上报",
    number: "编号",
    follow: "查看进展",
    keepLink: "请保存这个链接，以后凭它查看进展：",
    another: "再报一件",
  },
};

export type ReportWords = typeof zh;
