"""Make resources/products.csv: products by class, weighted so that each class meets its mean price."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
WHOLE = 1140.0
"""Million pieces a year over all classes."""


@dataclass(frozen=True)
class Class:
    """One class of the report: its yearly million pieces and million yuan, and what it means at the shop."""

    key: str
    farm: int
    group: str
    category: str
    zone: str
    pieces: float
    sales: float
    goods: str


# Groups of suppliers: daily (grain, oil, daily food), other (non-food), fresh, snack (drinks, dairy, snacks).
# A line of goods: name, yuan, grams [, zone of its own] [, "=" the barcode of the line before].
CLASSES = (
    # --- farm goods: 570 million pieces, 3,600 million yuan -------------------------------------------------
    Class("roots", 1, "fresh", "蔬菜", "fresh", 60, 135, """
        黄心土豆 1kg,2.59,1000
        红薯 1kg,2.29,1000
        胡萝卜 500g,1.59,500
        白萝卜 1根,1.49,800
        荔浦芋头 500g,4.49,500"""),
    Class("gourds", 1, "fresh", "蔬菜", "fresh", 51, 120, """
        番茄 500g,2.59,500
        黄瓜 500g,1.99,500
        紫长茄 500g,1.89,500
        本地冬瓜 1kg,1.79,1000
        贝贝南瓜 1个,4.59,450"""),
    Class("tropical", 1, "fresh", "水果", "fresh", 48, 210, """
        小米蕉 1kg,2.99,1000
        百香果 6个,4.99,420
        小台农芒果 1kg,6.90,1000
        红心火龙果 2个,5.99,700
        香水菠萝 1个,3.99,900"""),
    Class("seasoning_veg", 1, "fresh", "蔬菜", "fresh", 39, 94, """
        小香葱 100g,1.29,100
        老姜 250g,2.99,250
        白皮大蒜 250g,2.49,250
        指天椒 150g,2.69,150"""),
    Class("citrus", 1, "fresh", "水果", "fresh", 33, 115, """
        砂糖橘 1kg,3.99,1000
        沃柑 500g,2.99,500
        武鸣皇帝柑 500g,3.29,500
        青柠檬 3个,2.59,250"""),
    Class("leaf", 1, "fresh", "蔬菜", "fresh", 30, 66, """
        油麦菜 400g,1.99,400
        空心菜 400g,1.89,400
        上海青 400g,1.79,400
        菜心 400g,2.89,400
        红薯叶 300g,2.19,300"""),
    Class("berries", 1, "fresh", "水果", "fresh", 27, 165, """
        巨峰葡萄 500g,4.99,500
        圣女果 500g,3.99,500
        蓝莓 125g,9.90,125"""),
    Class("beans", 1, "fresh", "蔬菜", "fresh", 27, 92, """
        四季豆 400g,3.29,400
        长豆角 400g,2.99,400
        荷兰豆 250g,4.99,250
        黄豆芽 350g,1.69,350"""),
    Class("eggs", 1, "fresh", "蛋", "fresh", 26, 390, """
        农家鲜鸡蛋 10枚,8.90,500
        谷物鸡蛋 30枚,19.90,1500
        海鸭蛋 10枚,16.80,650
        鹌鹑蛋 30枚,7.90,330"""),
    Class("poultry", 1, "fresh", "肉禽", "chilled", 12, 240, """
        三黄鸡 半只,19.90,600
        土鸭 半只,22.80,750
        鸡翅中 500g,21.90,500,frozen
        琵琶腿 500g,9.90,500,frozen"""),
    Class("pork", 1, "fresh", "肉禽", "chilled", 9, 150, """
        猪前腿肉 500g,13.90,500
        五花肉 500g,17.90,500
        猪排骨 500g,24.80,500
        猪肉末 300g,8.80,300"""),
    Class("mushrooms", 1, "fresh", "蔬菜", "fresh", 23, 73, """
        金针菇 300g,1.99,300
        鲜香菇 250g,3.99,250
        平菇 300g,2.99,300
        杏鲍菇 300g,3.59,300"""),
    Class("aquatic", 1, "fresh", "水产", "frozen", 8, 112, """
        罗非鱼 1条,9.90,500
        巴沙鱼片 400g,11.90,400
        冻虾仁 250g,19.90,250
        鲜活田螺 500g,8.80,500,chilled"""),
    Class("beef", 1, "fresh", "肉禽", "frozen", 4, 108, """
        牛腩块 500g,29.90,500
        肥牛卷 300g,19.90,300"""),
    Class("pome", 1, "fresh", "水果", "fresh", 26, 112, """
        红富士苹果 500g,4.59,500
        皇冠梨 2个,3.99,600
        脆柿子 500g,3.49,500
        青枣 500g,5.90,500"""),
    Class("brassica", 1, "fresh", "蔬菜", "fresh", 24, 66, """
        圆包菜 1个,2.29,900
        西兰花 1个,3.99,350"""),
    Class("oil", 1, "daily", "粮油", "ambient", 12, 360, """
        压榨花生油 1.8L,39.90,1700
        压榨花生油 900mL,22.90,860
        一级大豆油 1.8L,21.90,1700
        玉米油 1.8L,25.90,1700
        调和油 5L,49.90,4600
        山茶油 500mL,36.00,470"""),
    Class("rice", 1, "daily", "粮油", "ambient", 14, 360, """
        古辣香米 5kg,32.90,5000
        百香籼米 5kg,24.90,5000
        丝苗米 2.5kg,15.90,2500
        东北珍珠米 5kg,29.90,5000
        糯米 1kg,7.90,1000
        小米 500g,5.90,500
        玉米头 1kg,6.50,1000"""),
    Class("flour", 1, "daily", "粮油", "ambient", 20, 150, """
        桂林干米粉 1kg,7.90,1000
        宾阳干切粉 1kg,8.50,1000
        中筋面粉 1kg,5.90,1000
        鸡蛋挂面 900g,6.90,900
        龙须面 500g,3.99,500
        红薯粉丝 500g,8.90,500
        面条 2.5kg,13.90,2500"""),
    Class("tofu", 1, "daily", "豆制品", "chilled", 25, 80, """
        盒装嫩豆腐 350g,1.69,350
        老豆腐 400g,2.49,400
        油豆腐 200g,3.99,200
        豆腐干 250g,3.59,250
        腐竹 200g,6.90,200,ambient
        千张 250g,3.49,250"""),
    Class("dried", 1, "daily", "干货", "ambient", 16, 100, """
        干木耳 100g,7.90,100
        干紫菜 50g,3.90,50
        黄豆 1kg,6.90,1000
        绿豆 500g,5.50,500
        红枣 500g,8.90,500"""),
    Class("nuts", 1, "daily", "干货", "ambient", 8, 100, """
        带壳生花生 1kg,11.90,1000
        红皮花生米 500g,7.50,500
        生核桃 500g,16.90,500
        葵花籽 1kg,15.80,1000"""),
    Class("pickled", 1, "daily", "腌菜", "ambient", 24, 104, """
        横县大头菜 300g,4.50,300
        酸笋 500g,5.90,500
        酸豆角 400g,4.20,400
        梅干菜 200g,4.90,200
        榨菜丝 80g×5,3.50,400
        萝卜干 300g,3.90,300"""),
    Class("honey_tea", 1, "snack", "茶蜜", "ambient", 4, 98, """
        荔枝蜂蜜 500g,29.90,500
        茉莉花茶 150g,19.90,150
        六堡茶 200g,33.00,200"""),
    # --- other goods: 570 million pieces, 6,900 million yuan ------------------------------------------------
    Class("seasoning", 0, "daily", "调味", "ambient", 57, 300, """
        加碘食盐 400g,1.90,400
        酿造酱油 500mL,5.50,580
        老抽 500mL,6.20,590
        米醋 500mL,3.90,520
        蚝油 520g,6.50,700
        黄皮酱 230g,8.90,300
        蒜蓉辣椒酱 230g,5.90,300
        鸡精 200g,6.80,200
        白砂糖 500g,4.90,500
        料酒 500mL,5.20,520
        十三味香料 45g,3.50,45"""),
    Class("instant", 0, "daily", "速食", "ambient", 42, 420, """
        红烧牛肉面 5连包,12.50,525
        老坛酸菜面 5连包,12.50,525
        螺蛳粉 3袋装,19.90,900
        螺蛳粉 1袋,7.90,300,=
        桂林米粉 2人份,9.90,560
        八宝粥 360g,3.90,380
        自热米饭 1盒,12.90,320
        酸辣粉 1桶,4.90,130
        速食紫菜汤 6包,6.90,60"""),
    Class("frozen_pastry", 0, "daily", "冷冻", "frozen", 30, 270, """
        猪肉玉米水饺 800g,12.90,800
        奶黄包 6个,6.90,240
        鲜肉小笼包 12个,8.90,300
        原味手抓饼 10片,9.90,900
        黑芝麻汤圆 500g,6.50,500
        南瓜饼 10个,7.90,300
        鲜肉云吞 500g,11.50,500"""),
    Class("canned", 0, "daily", "速食", "ambient", 16, 140, """
        豆豉鲮鱼罐头 184g,11.90,184
        午餐肉罐头 340g,13.80,340
        糖水黄桃 425g,6.50,425
        玉米粒罐头 425g,5.50,425"""),
    Class("ham", 0, "daily", "熟食", "chilled", 20, 200, """
        广式腊肠 250g,14.90,250
        台式烤肠 10根,13.80,500,frozen
        玉米火腿肠 10支,7.90,300,ambient
        卤鸡爪 200g,9.90,200
        酱香鸭脖 180g,8.90,180"""),
    Class("hotpot", 0, "daily", "冷冻", "frozen", 21, 180, """
        撒尿牛肉丸 500g,12.90,500
        鱼豆腐 500g,8.90,500
        蟹味棒 250g,5.90,250
        鱼丸 500g,7.90,500"""),
    Class("drinks", 0, "snack", "饮料", "ambient", 54, 1440, """
        饮用纯净水 550mL×12,12.90,6700
        饮用纯净水 550mL×24,21.90,13400,=
        天然矿泉水 4.5L×4,32.90,18100
        冰红茶 500mL×15,33.90,7700
        茉莉清茶 500mL×15,36.90,7700
        酸梅汤 1L,5.90,1050
        可乐味汽水 330mL×24,39.90,8200
        可乐味汽水 2L,6.50,2050
        柠檬味汽水 330mL×12,22.90,4100
        橙味果汁 1.5L,9.90,1550
        椰子汁 245mL×24,65.90,6200
        杏仁露 240mL×16,42.90,4100
        核桃乳 240mL×20,45.90,5100
        花生牛奶 250mL×24,46.90,6300
        维生素饮料 250mL×24,69.90,6400
        维生素饮料 250mL×6,18.90,1600,=
        凉茶 310mL×24,54.90,7800
        凉茶 310mL×12,28.90,3900,=
        罗汉果茶 500mL×6,17.90,3100
        椰子水 1L,12.90,1050
        速溶咖啡 15g×30,29.90,450
        豆浆粉 500g,15.90,500
        黑芝麻糊 480g,14.90,480
        苏打水 400mL×24,38.90,9800"""),
    Class("ambient_milk", 0, "snack", "乳品", "ambient", 24, 900, """
        纯牛奶 250mL×12,29.90,3200
        纯牛奶 250mL×24,56.90,6300,=
        水牛纯牛奶 200mL×12,45.90,2600
        水牛纯牛奶 200mL×10,38.90,2200,=
        高钙低脂奶 250mL×12,32.90,3200
        早餐奶 250mL×16,36.90,4200
        甜牛奶 200mL×16,29.90,3400
        儿童牛奶 190mL×12,39.90,2500
        常温酸奶 205g×12,42.90,2600
        乳酸菌饮品 100mL×20,19.90,2100
        乳酸菌饮品 340mL×12,34.90,4200
        核桃早餐奶 250mL×12,34.90,3200
        学生奶粉 400g,35.90,400
        中老年奶粉 800g,59.90,800"""),
    Class("bakery", 0, "snack", "烘焙", "ambient", 25.5, 225, """
        原味吐司 400g,6.90,400
        手撕面包 500g,9.90,500
        红豆小面包 10个,8.90,400
        蛋黄酥 6枚,12.90,330
        鸡蛋糕 500g,9.50,500
        雪饼 258g,7.90,258
        桂花糕 300g,8.50,300
        肉松卷 4个,7.90,200
        绿豆饼 10个,8.80,400
        瑞士卷 360g,10.90,360
        沙琪玛 470g,9.90,470"""),
    Class("snacks", 0, "snack", "零食", "ambient", 23.5, 220, """
        原味薯片 104g,6.50,104
        虾条 80g×4,7.90,320
        香辣锅巴 260g,5.90,260
        麻辣豆干 20包,8.90,400
        辣条 106g×5,6.90,530
        香酥蚕豆 300g,7.80,300
        焦糖瓜子 500g,12.90,500
        蒜香花生 410g,9.90,410
        每日坚果 7包,15.90,175
        芒果干 250g,14.90,250
        海苔 10包,9.90,45
        泡椒凤爪 200g,11.50,200"""),
    Class("biscuits", 0, "snack", "零食", "ambient", 22, 200, """
        苏打饼干 400g,7.50,400
        夹心饼干 388g,8.90,388
        曲奇 300g,11.90,300
        威化 500g,9.90,500
        消化饼 405g,9.50,405
        蛋卷 250g,10.90,250
        早餐饼 800g,12.50,800
        小熊饼 240g,5.90,240"""),
    Class("candy", 0, "snack", "零食", "ambient", 16, 150, """
        什锦水果糖 500g,9.90,500
        椰子糖 250g,8.50,250
        奶糖 454g,14.90,454
        软糖 200g,6.50,200
        果冻 1kg,10.90,1000
        口香糖 2瓶,8.80,110"""),
    Class("yoghurt", 0, "snack", "乳品", "chilled", 21, 210, """
        原味酸奶 100g×8,9.90,800
        风味酸奶 180g×3,8.90,540
        水牛酸奶 150g×4,15.90,600
        低温鲜牛奶 950mL,12.90,980
        活菌饮料 100mL×5,7.50,500
        芝士片 12片,11.90,200
        布丁 4杯,6.90,400"""),
    Class("ice", 0, "snack", "冷饮", "frozen", 15, 130, """
        绿豆冰棒 10支,8.90,700
        香草雪糕 5支,9.90,350
        老冰棍 10支,6.90,750
        巧克力脆筒 4支,10.90,270"""),
    Class("alcohol", 0, "snack", "酒", "ambient", 9, 215, """
        桂花米酒 500mL,15.90,550
        淡爽啤酒 330mL×24,39.90,8200
        淡爽啤酒 500mL×12,29.90,6200
        三花米香白酒 480mL,13.90,900"""),
    Class("housewares", 0, "other", "家居", "ambient", 30, 270, """
        背心垃圾袋 100只,7.90,450
        加厚保鲜袋 200只,8.50,250
        防滑衣架 10个,9.90,400
        塑料水桶 1个,12.90,700
        竹牙签 3罐,5.90,200
        电蚊香液 2瓶,13.90,150
        粘鼠板 5张,9.90,400
        插线板 1.8米,19.90,350
        节能灯泡 2只,8.90,120
        五号电池 8节,7.90,190
        雨伞 1把,14.90,350"""),
    Class("paper", 0, "other", "纸品", "ambient", 30, 300, """
        原木抽纸 6包,8.90,600
        原木抽纸 18包,22.90,1800,=
        竹浆卷纸 12卷,14.90,1300
        平板卫生纸 1提,9.90,900
        手帕纸 18包,7.90,300
        厨房纸 2卷,6.90,250
        婴儿湿巾 80抽×3,10.90,900
        一次性纸杯 100只,7.50,350
        卫生巾组合 5包,13.90,400"""),
    Class("cleaning", 0, "other", "清洁", "ambient", 27, 285, """
        洗衣液 2kg,14.90,2100
        洗衣液 500g袋,4.90,520
        洗衣粉 1.5kg,11.90,1500
        透明皂 4块,9.90,800
        洗洁精 1.2kg,7.90,1300
        洗洁精 1.2kg×2,14.90,2600,=
        洁厕液 500g×2,9.90,1050
        84消毒液 1kg,6.50,1050
        油污净 500g,9.50,560
        钢丝球 10个,8.90,200"""),
    Class("care", 0, "other", "个护", "ambient", 24, 270, """
        清凉牙膏 120g×2,9.90,260
        软毛牙刷 4支,7.90,80
        姜汁洗发水 500mL,16.90,540
        沐浴露 700mL,15.90,740
        香皂 3块,8.50,330
        洗手液 500mL,7.90,540
        护手霜 2支,9.90,130
        花露水 195mL,9.50,230
        棉签 5盒,6.90,150
        剃须刀 5把,10.90,60
        染发膏 1盒,18.90,160"""),
    Class("socks", 0, "other", "服饰", "ambient", 21, 215, """
        男中筒袜 5双,9.90,200
        女船袜 6双,8.90,150
        纯棉毛巾 2条,10.90,200
        凉拖鞋 1双,11.90,350
        护袖 2双,6.90,100
        劳保手套 10双,12.90,450
        遮阳草帽 1顶,9.90,150"""),
    Class("kitchen", 0, "other", "家居", "ambient", 20, 180, """
        不锈钢汤勺 2把,6.90,200
        竹筷子 10双,7.50,200
        保鲜盒 3个,10.90,350
        一次性饭盒 50套,13.90,900
        菜刀 1把,16.90,400
        百洁布 10片,5.90,100
        陶瓷碗 4个,11.90,900"""),
    Class("stationery", 0, "other", "文具", "ambient", 15, 110, """
        作业本 10本,7.90,600
        中性笔 12支,6.50,120
        儿童彩泥 12色,9.90,300
        透明胶带 4卷,5.90,250
        铅笔 12支,4.90,80"""),
    Class("pets", 0, "other", "农资", "ambient", 7, 70, """
        菜种组合 6包,7.90,60
        复合花肥 500g,8.90,500
        猫粮 500g,12.90,500"""),
)  # fmt: skip


def main() -> None:
    """Write the catalogue: three products a supplier, so that suppliers keep the report's mix."""
    rows: list[dict[str, str]] = []
    met = {"daily": 0, "fresh": 0, "snack": 0, "other": 0}
    for number, sort in enumerate(CLASSES):
        rows += class_rows(sort, met, number)
    path = RESOURCES / "products.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} products, {len({row['barcode'] for row in rows})} barcodes, {met}")


def class_rows(sort: Class, met: dict[str, int], number: int) -> list[dict[str, str]]:
    """The rows of one class; ``met`` counts products per group and is moved on."""
    goods = [line.strip().split(",") for line in sort.goods.strip().splitlines()]
    fens = [round(float(fields[1]) * 100) for fields in goods]
    weights = tilted(fens, wanted=sort.sales / sort.pieces * 100)
    rows: list[dict[str, str]] = []
    for fields, fen, weight in zip(goods, fens, weights, strict=True):
        supplier = met[sort.group] // 3
        code = barcode(sort.group, supplier, number * 40 + len(rows))
        rows.append({
            "barcode": rows[-1]["barcode"] if fields[-1] == "=" else code,
            "name": fields[0],
            "category": sort.category,
            "class": sort.key,
            "farm": str(sort.farm),
            "group": sort.group,
            "supplier": f"{sort.group}-{supplier + 1:02d}",
            "zone": fields[3] if len(fields) > 3 and fields[3] != "=" else sort.zone,
            "price_fen": str(fen),
            "grams": fields[2],
            "share": str(round(sort.pieces / WHOLE * weight * 1_000_000)),
        })  # fmt: skip
        met[sort.group] += 1
    return rows


def tilted(fens: list[int], *, wanted: float) -> list[float]:
    """Weights (sum 1) proportional to exp(k·price), k such that the mean price is ``wanted`` fen."""
    low, high = -1.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        weights = powers(fens, middle)
        mean = sum(fen * weight for fen, weight in zip(fens, weights, strict=True))
        low, high = (middle, high) if mean < wanted else (low, middle)
    return weights


def powers(fens: list[int], slope: float) -> list[float]:
    """exp(slope·price), normalised."""
    top = max(fen * slope for fen in fens)
    raw = [math.exp(fen * slope - top) for fen in fens]
    return [value / sum(raw) for value in raw]


def barcode(group: str, supplier: int, item: int) -> str:
    """An EAN-13 of an invented company (690–699) and an item number of four digits."""
    company = ("daily", "fresh", "snack", "other").index(group) * 40 + supplier
    body = f"69{company % 10}98{company:03d}{item:04d}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return f"{body}{-total % 10}"


if __name__ == "__main__":
    main()
