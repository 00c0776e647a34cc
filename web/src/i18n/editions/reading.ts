// What the service says of files while it reads them, in Chinese. Its own sentences are English, and are known here by the very
// texts that stand in the program, with their gaps; the tests of the house hold the two together.

type Say = (...gaps: string[]) => string;

/** Fields of the form, by the option of the command line that says the same. */
const FIELDS: Record<string, readonly [chinese: string, english: string]> = {
  "--crs": ["坐标系", "Coordinate system"],
  "--encoding": ["文字编码", "Text encoding"],
  "--code": ["编码字段", "Field of the code"],
  "--name": ["名称字段", "Field of the name"],
  "--parent": ["上级字段", "Field of the parent"],
  "--parent-name": ["上级名称字段", "Field of the parent's name"],
  "--tier": ["文件旁的级别", "Tier beside the file"],
  "--repair": ["读入时修复", "Repair while reading"],
};

/** Advice for the command line, said of the page's own fields. */
export function onThePage(sentence: string, language: "zh" | "en"): string {
  const accepting = language === "zh" ? "“发布时接受”" : "accepting it when publishing";
  return sentence.replace(/--allow [a-z_,]+/g, accepting).replace(/--[a-z]+(?:-[a-z]+)*/g, (option) => {
    const field = FIELDS[option];
    if (!field) return option;
    return language === "zh" ? `“${field[0]}”` : `“${field[1]}”`;
  });
}

const field = (option: string): string => onThePage(option, "zh");

/** Names that English joins by `or` and `and`. */
const listed = (names: string): string => names.replaceAll(/ or | and |, /g, "、");

/** A coordinate system by its name alone. */
const system = (crs: string): string =>
  crs
    .replace(/^EPSG:\d+ \((.*)\)$/, "$1")
    .replace(/^CGCS2000 \/ 3-degree Gauss-Kruger zone (\d+)$/, "CGCS2000 三度带第 $1 带")
    .replace(/^CGCS2000 \/ Gauss-Kruger zone (\d+)$/, "CGCS2000 六度带第 $1 带");

const TRUNCATED = "文件不完整，请重新拷贝或下载";
const TOO_MANY = (most: string): string => `图形超过 ${most} 个，请分开上传`;
const TOO_LONG = (most: string): string => `顶点达到 ${most} 个的上限`;
const NOT_A_POLYGON = (kind: string): string => `网格应当是面（Polygon 或 MultiPolygon），这里是 ${kind}`;

/* The keys stand as in the program, and are not wrapped. */
const SENTENCES: Record<string, Say> = {
  // Coordinate systems.
  "{name}: nothing says in which coordinate system it is (there is no .prj), so WGS 84 was assumed; --crs names another":
    (name) => `${name} 没有说明坐标系（缺 .prj），按 WGS 84 读取；如果不是，请在“坐标系”一栏指明后重新上传`,
  "positions such as {x}, {y} are no longitude and latitude: {looks}": (x, y, looks) =>
    `${x}, ${y} 这样的坐标不是经纬度：${part(looks)}`,
  "--crs EPSG:{epsg} if it is {crs}": (epsg, crs) => `如果是 ${system(crs)}，请在“坐标系”一栏填 EPSG:${epsg}`,
  "they look like degrees, but are read in another system: --crs wgs84 if they are longitude and latitude": () =>
    "像是经纬度，却按别的坐标系读取；如果是经纬度，请在“坐标系”一栏填 wgs84",
  "latitude and longitude seem to be exchanged, for the other way round they would be in range; longitude comes first, so exchange the two in the file":
    () => "经度和纬度像是写反了：经度应当在前，请在文件里对调",
  "they look like Gauss-Krüger with the northing first; swap the two": () =>
    "像是高斯投影坐标，但北坐标写在前面，请对调",
  "they look like Gauss-Krüger or UTM without the number of a zone: --crs EPSG:4534 to 4554 (3° zones of CGCS2000, by the central meridian: 4534 is 75°E, each further one 3° more), 4502 to 4512 (6° zones), or 32601 to 32660 (UTM)":
    () =>
      "像是不带带号的高斯投影或 UTM 坐标，请在“坐标系”一栏填 EPSG:4534 至 4554（CGCS2000 三度带，按中央经线：4534 是 75°E，每加 1 向东 3°）、4502 至 4512（六度带），或 32601 至 32660（UTM）",
  "name their system with --crs": () => "请在“坐标系”一栏指明",
  "its .prj: {error}; if the .prj is wrong, --crs overrules it": (error) =>
    `它的 .prj 用不了（${part(error)}）；如果 .prj 不对，请在“坐标系”一栏指明`,
  "it is no well-known text of a coordinate system": () => "不是坐标系的 WKT 文本",
  "its projection `{0}` is not one of those that are known here": (name) => `不认识投影 ${name}`,
  "its datum `{0}` lies off WGS 84 by an amount that is not known here": (name) =>
    `不知道基准 ${name} 与 WGS 84 相差多少`,
  "its datum `{0}` lies up to 150 m off CGCS2000 by an amount that differs from place to place and is not public; have the surveying office convert the file to CGCS2000":
    (name) => `基准 ${name} 与 CGCS2000 相差可达 150 米，各地不同且不公开：请测绘部门把文件转换到 CGCS2000`,
  "`{name}` is not a coordinate system that files can be read in{why}{advice}": (name) =>
    `不能按坐标系 ${name} 读取；请填 wgs84、cgcs2000、gcj02、bd09 或 EPSG:编号，或先转换文件`,
  "its coordinate system `{}:{code}` is not known here; name it with --crs": (who, code) =>
    `不认识坐标系 ${who}:${code}，请在“坐标系”一栏指明`,
  "the file does not say what its coordinate system is; name it with --crs": () =>
    "文件没有说明坐标系，请在“坐标系”一栏指明",
  "it stands behind the features, where it is too late; give --crs `{crs}`": (crs) =>
    `坐标系写在图形之后，来不及用；请在“坐标系”一栏填 ${crs}`,

  // Encodings and fields.
  "{name}: texts are read as {encoding}, {why}": (name, encoding, why) =>
    `${name} 的文字按 ${encoding} 读取（${part(why)}）`,
  "as the .cpg says": () => "按 .cpg 的说明",
  "as the table says (language driver 0x{language:02x})": (driver) => `按属性表的说明，语言代号 0x${driver}`,
  "for they all are that ({silent})": (silent) => `${part(silent)}，而文字都符合`,
  "for they are no UTF-8 ({silent}); --encoding names another": (silent) =>
    `${part(silent)}，也不是 UTF-8；如有乱码，请在“文字编码”一栏指明`,
  "the .cpg says `{text}`": (text) => `.cpg 写的是 ${text}`,
  "there is no .cpg, and the table's language driver 0x{language:02x} names no encoding": () =>
    "没有 .cpg，属性表里也没有说明",
  "the name of a field (`{shown}`) is not {encoding}; name the encoding with --encoding, such as --encoding GBK": (
    name,
    encoding,
  ) => `字段名 ${name} 不是 ${encoding}，请在“文字编码”一栏指明，如 GBK`,
  "the text is not {}; name the encoding of the table with --encoding, such as --encoding GBK": (encoding) =>
    `文字不是 ${encoding}，请在“文字编码”一栏指明，如 GBK`,
  "the text is not UTF-8; convert the file: iconv -f GB18030 -t UTF-8 IN > OUT": () =>
    "文字不是 UTF-8，请另存为 UTF-8 后再上传",
  "the text is not UTF-8, which every GeoPackage has to be; export it anew": () =>
    "文字不是 UTF-8，请重新导出 GeoPackage",
  "`{0}` is not an encoding known here; use utf-8, gbk, gb18030, big5, shift_jis, euc-kr, windows-1252 or another name of the WHATWG Encoding Standard":
    (name) => `不认识编码 ${name}，请填 utf-8、gbk、gb18030 或 big5 等`,
  "{name}: the field `{text}` was cut off at {NAME_BYTES} bytes; it is read as `{full}`": (name, text, _, full) =>
    `${name} 的字段名 ${text} 被截断，当作 ${full} 读取`,
  "{}: {} text(s) were cut off inside a character, which is left out; the first is {}": (name, count, first) =>
    `${name} 有 ${count} 处文字在半个字处截断，残字已去掉；第一处：${place(first)}`,
  "{name}: memos and other values that are not in the table itself are not read; the fields {list} are left out": (
    name,
    list,
  ) => `${name} 的备注型字段不读取，已略去：${listed(list)}`,
  "{table}: {} fields are called `{name}` (names are cut off at {NAME_BYTES} bytes); they are called `{name}#1`, `{name}#2` here, so choose one, such as --code '{name}#1'":
    (table, count, name) => `${table} 有 ${count} 个字段都叫 ${name}，这里称作 ${name}#1、${name}#2，请在字段一栏选定`,
  "no feature{} has a field {from}; name it with {option} (the fields are: {})": (of, from, option, fields) =>
    `${of === "" ? "" : `${of.replace(/^ of /, "")} 里`}没有字段 ${listed(from)}，请填${field(option)}（文件里的字段：${fields === "none" ? "无" : fields}）`,
  "`{}` is no tier; a tier is 1, 2 or 3": (text) => `${text} 不是级别，级别是 1、2 或 3`,
  "the field is there more than once": () => "这个字段出现了不止一次",
  "the text holds the character U+0000; remove it": () => "文字里有空字符（U+0000），请去掉",
  "the text has {} bytes; {MAX_TEXT_BYTES} are the most": (bytes, most) => `文字长 ${bytes} 字节，最多 ${most}`,
  "{} position(s) have a height or a measure, which is dropped": (count) => `${count} 个坐标带有高程或度量值，已舍去`,

  // Repair.
  "{count} of the {grids} grids cannot be laid on their neighbours everywhere within the tolerance of {tolerance_m} m, so some of their borders were left as they came; a larger tolerance mends more":
    (count, grids, metres) =>
      `${grids} 个网格中有 ${count} 个无法在 ${metres} 米的容差内与相邻网格处处对齐，它们的部分边界保持原样；加大容差可以修复更多`,
  "{count} of the {grids} grids cannot be laid on their neighbours everywhere within the tolerance of {tolerance_m} m, so no border was moved; a larger tolerance mends more":
    (count, grids, metres) =>
      `${grids} 个网格中有 ${count} 个无法在 ${metres} 米的容差内与相邻网格处处对齐，因此没有移动任何边界；加大容差可以修复更多`,

  // Parts of a shapefile.
  "the .shp, which holds the shapes, is missing": () => "缺少 .shp（图形）",
  "the .dbf, which holds the codes and names, is missing: it has to lie beside the .shp, or in the zip with it": () =>
    "缺少 .dbf（编码和名称）：请和 .shp 一起选，或打在同一个 zip 里",
  "it has no index (.shx), so its shapes are read one after the other": () => "没有索引 .shx，图形按顺序读取",
  "it claims {claimed} bytes, but has only {length}: it is cut off; shapes are read one after the other": () =>
    "索引不完整，图形按文件里的次序逐个读取",
  "its index (.shx) is not used: {error}": (error) => `不用它的索引 .shx：${part(error)}`,
  "{name}: {deleted} record(s) are marked as deleted, and left out": (name, count) =>
    `${name} 有 ${count} 条记录标为删除，已略去`,
  "there are no shapes in it": () => "里面没有图形",
  "a grid is a polygon, but the shapes in it are {}": (kind) => `网格应当是面，这个文件里是 ${kind}`,
  "a grid is a polygon, not {}": (kind) => `网格应当是面，这里是 ${kind}`,
  "there are {shapes} shapes, but {rows} rows in {}: they do not belong together, so no shape can be told which row is its own":
    (shapes, rows, table) => `图形有 ${shapes} 个，${table} 却有 ${rows} 行：两个文件不是一套`,
  "it claims {claimed} rows, but has only {rows}: it is truncated": (claimed, rows) =>
    `应有 ${claimed} 行，只有 ${rows} 行：${TRUNCATED}`,
  "it would begin where the .shp has no more bytes: the file is truncated": () => `.shp 在此之前就断了：${TRUNCATED}`,
  "it claims {length} bytes, but the .shp ends after {}: the file is truncated or damaged": () =>
    `.shp 在此中断：${TRUNCATED}`,
  "it has {length} bytes, not even a whole header: it is truncated": (length) =>
    `只有 ${length} 字节，连文件头都不全：${TRUNCATED}`,
  "it does not begin as such a file does": () => "文件开头不对，不是这种文件",
  "a coordinate is not a number": () => "有坐标不是数字",

  // Archives and whole files.
  "there is no shapefile (.shp) in the archive, nor a file of another format that is read; in it are: {}": (names) =>
    `压缩包里没有 .shp，也没有别的能读的文件；里面有：${names}`,
  "the archive is locked by a password; unpack it first": () => "压缩包有密码，请先解压",
  "the archive is damaged; copy or download it again": () => "压缩包损坏，请重新拷贝或下载",
  "the archive is damaged: it is truncated; copy or download it again": () => "压缩包不完整，请重新拷贝或下载",
  "{} in the archive is damaged; copy or download it again": (name) => `压缩包里的 ${name} 损坏，请重新拷贝或下载`,
  "this is an archive in an archive; unpack the outer one": () => "压缩包里还有压缩包，请先解开外面一层",
  "this is a part of a shapefile, and there is no {}.shp beside it: name the file ending in .shp, or a zip of all parts":
    (stem) => `这只是 Shapefile 的一部分，请把 ${stem}.shp 一起选上，或打成一个 zip`,
  "this is a file geodatabase, which is not read; convert it first: ogr2ogr -f GPKG OUT.gpkg IN.gdb": () =>
    "不读取文件地理数据库（.gdb），请先导出为 GeoPackage 或 Shapefile",
  "this is {format}, which is not read here; give a file of a known format by its name, or convert it first: ogr2ogr -f GeoJSONSeq -t_srs EPSG:4326 OUT.geojsonl IN":
    () => "不认识这种文件，请先转换成 Shapefile、GeoPackage 或 GeoJSON",
  "the file is empty": () => "文件是空的",
  "there are no features in it": () => "里面没有图形",
  "there are no placemarks in it": () => "里面没有地标",
  "there is no KML in the archive": () => "压缩包里没有 KML",
  "it only links to another file; open it in Google Earth and save the places themselves": () =>
    "它只链接到别的文件，请在 Google Earth 里打开并另存",
  "{name}: {beside} point(s) or line(s) that stand beside polygons are left out": (name, count) =>
    `${name} 里有 ${count} 个点或线，已略去`,
  "it ends too early: it is truncated; copy or download it again": () => TRUNCATED,
  "the text ends before its object does: it is truncated": () => TRUNCATED,
  "the file ends inside the text that begins on line {begun_on}: it is truncated": (line) =>
    `第 ${line} 行开始的内容没有写完：${TRUNCATED}`,
  "a GeoJSON object (`{{`) is expected, not {}": (found) => `这里应当是 GeoJSON，读到的是 ${found}`,
  "{expected} is expected, not {}": (expected, found) => `这里应当是 ${expected}，读到的是 ${found}`,
  "it is cut off: it holds {number} of its {} features": (number, all) =>
    `文件在中途断了：${all} 个图形只有 ${number} 个`,
  "there is no layer with polygons in it": () => "里面没有面图层",
  "there is no layer `{}` in it; it has {}": (name, others) => `里面没有图层 ${name}，有：${listed(others)}`,
  "it has {} layers; choose one with --layer: {}": (count, names) =>
    `里面有 ${count} 个图层，请只导出其中一个再上传：${names}`,
  "not read, for the names of these layers say no tier: {}": (names) =>
    `这些图层的名称看不出级别，没有读取：${listed(names)}`,
  "there are more than {} features": TOO_MANY,
  "there are more than {max_features} features": TOO_MANY,
  "there are {} vertices or more": TOO_LONG,
  "there are more vertices than one edition may have": () => "顶点太多，超过一个版本的上限",
  "a grid is a Polygon or a MultiPolygon, not a {kind}": NOT_A_POLYGON,
  "a grid is a Polygon or a MultiPolygon, not a {other}": NOT_A_POLYGON,
  "a grid is a Polygon, not a {other}": NOT_A_POLYGON,
  "a position is a longitude and a latitude, this has {n} number(s)": (count) =>
    `坐标应当是经度和纬度，这里有 ${count} 个数`,
  "the coordinates are missing or null": () => "没有坐标",
  "the member `type` is missing: this is no GeoJSON feature": () => "缺少 type，不是 GeoJSON 图形",
  "its rings lie in one another in so many ways that telling holes from shells takes too long": () =>
    "环套得太多，分不清哪些是洞",
  "{} feature(s) have a code, name or parent with characters that nobody sees (such as a line end, or one that turns the direction of the text); the first is {}; take them out of the file":
    (count, where) =>
      `有 ${count} 个图形的编码、名称或上级里有看不见的字符（如换行或改变文字方向的字符），第一处是 ${place(where)}，请在文件里去掉`,
  "{count} thing(s) cannot be read, so nothing was stored": () => "什么都没有存",
};

/** Where in a file something stands. */
const PLACES: Record<string, Say> = {
  "{record}, field {name}": (record, name) => `${place(record)} 字段 ${name}`,
  "{name} layer {} row {}": (name, layer, row) => `${name} 图层 ${layer} 第 ${row} 行`,
  "{name} record {number}": (name, number) => `${name} 第 ${number} 条`,
  "{name} feature {number}": (name, number) => `${name} 第 ${number} 个图形`,
  "{} feature {}": (name, number) => `${name} 第 ${number} 个图形`,
  "{} placemark {}": (name, number) => `${name} 第 ${number} 个地标`,
  "{name} line {}": (name, number) => `${name} 第 ${number} 行`,
};

type Known = readonly [RegExp, Say];

const GAP = /\{[^{}]*\}/;

const [sentences, places] = [SENTENCES, PLACES].map((said): Known[] =>
  // Those with more words of their own first: they are the more exact.
  Object.entries(said)
    .sort(([one], [other]) => ownWords(other) - ownWords(one))
    .map(([english, say]) => [pattern(english), say]),
) as [Known[], Known[]];

function ownWords(english: string): number {
  return english.split(GAP).join("").length;
}

function pattern(english: string): RegExp {
  const parts = english.replaceAll("{{", "\u0001").split(GAP);
  const escaped = parts.map((text) => text.replaceAll("\u0001", "{").replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join("([\\s\\S]*?)")}$`);
}

function among(known: readonly Known[], text: string): string | null {
  for (const [words, say] of known) {
    const found = words.exec(text);
    if (found) return say(...found.slice(1));
  }
  return null;
}

/** A sentence of the service in Chinese; null where there are no Chinese words for it. */
export function readingInChinese(sentence: string): string | null {
  const whole = among(sentences, sentence);
  if (whole !== null) return whole;
  // Most begin with the file they are about.
  const [, file, rest] = /^([^:]*): ([\s\S]*)$/.exec(sentence) ?? [];
  const said = rest === undefined ? null : among(sentences, rest);
  return said === null ? null : `${file}：${said}`;
}

/** A part of a sentence: as it is where there are no Chinese words for it. */
function part(sentence: string): string {
  const guesses = sentence.split(", --crs EPSG:").map((guess, at) => (at === 0 ? guess : `--crs EPSG:${guess}`));
  return guesses.map((guess) => among(sentences, guess) ?? onThePage(guess, "zh")).join("；");
}

/** Where something stands, such as `网格.shp record 12`. */
export function placeInChinese(where: string): string {
  return place(where);
}

function place(where: string): string {
  return among(places, where) ?? where;
}
