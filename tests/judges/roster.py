"""Rosters as offices make them in a spreadsheet. `roster.py good FILE` and `roster.py bad FILE` write workbooks with openpyxl;
`roster.py read FILE.xlsx FILE.csv` prints both as pandas reads them."""

import json
import sys
from datetime import date, datetime

import openpyxl
import pandas

what, path = sys.argv[1:3]
HEADER = ["网格", "党小组", "职务", "姓名", "电话", "副职", "任职日期", "离任日期", "备注"]


def sheet(rows):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "网格员"
    page.append(["青草镇网格员名册"])
    page.merge_cells("A1:I1")
    page.append(HEADER)
    for row in rows:
        page.append(row)
    book.create_sheet("说明").append(["grid", "nothing"])
    return book, page


if what == "good":
    book, page = sheet([
        ["340881106202001003", "塘埂党小组", "网格长", "张甲", 13800000000, None, date(2025, 7, 1), None, "x"],
        [None, None, "网格长", "李乙", "138 0000 0001", "是", None, datetime(2026, 12, 31), None],
        [None, None, "调解员", "王丙", None, "否", "2024年3月1日", "2024/12/31", 3.5],
        [],
        ["'340881106202001004", "=1+1", "网格长", "空缺", None, None, None, None, None],
        [340881106202, "乔庄村党总支", "网格长", "赵丁", "+86 138 0000 0002", True, None, None, None],
        ["镇级网格办", None, "网格长", "周戊", None, None, None, None, None],
    ])
    # As offices do: one cell for all people of a grid.
    page.merge_cells("A3:A5")
    page.merge_cells("B3:B5")
    page["B7"] = "第四党小组"
    book.save(path)
elif what == "bad":
    book, page = sheet([
        [340881106202001003, "一组", "网格长", "张甲", None, None, None, None, None],
        ["a", "一组", "网格长", "张甲", "电话没有", None, None, None, None],
        ["a", "=B4", "网格长", "李乙", None, None, None, None, None],
        ["a", "二组", "网格长", "李乙", None, None, None, None, None],
        ["a", "一组", "大王", "李乙", None, None, None, None, None],
        ["b", "", "网格长", "甲", None, None, date(2026, 1, 1), date(2025, 1, 1), None],
        ["b", "", "网格长", "甲", None, None, 46000, None, None],
        ["c", "", "网格长", "甲", None, "也许", None, None, None],
        [date(2026, 1, 1), "", "网格长", "甲", None, None, None, None, None],
        ["d", "", "网格长", "甲", None, None, None, None, None],
        ["d", "", "网格长", "乙", None, None, None, None, None],
    ])
    book.save(path)
else:
    csv = sys.argv[3]
    frames = [pandas.read_excel(path, dtype=str), pandas.read_csv(csv, dtype=str)]
    types = {cell.data_type for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row if cell.value is not None}
    print(json.dumps({
        "xlsx": frames[0].fillna("").values.tolist(),
        "csv": frames[1].fillna("").values.tolist(),
        "header": list(frames[0].columns),
        "types": sorted(types),
    }))
