/** A parish with the spellings that people use, its towns, and how much of the company's trade it has. */
export interface Parish {
  readonly name: string;
  readonly spellings: readonly string[];
  readonly towns: readonly string[];
  readonly weight: number;
  readonly west: boolean;
  /** Middle of the parish. */
  readonly at: readonly [number, number];
}

const parish = (
  name: string,
  weight: number,
  at: readonly [number, number],
  spellings: string,
  towns: string,
  west = false,
): Parish => ({ name, weight, at, west, spellings: spellings.split("|"), towns: towns.split("|") });

/** The 14 parishes. */
export const PARISHES: readonly Parish[] = [
  parish("Kingston", 12, [17.98, -76.79], "Kingston|Kgn|KGN|Kingston, JM", "Kingston|Kingston 2|Kingston 3|Port Royal"),
  parish(
    "Saint Andrew",
    22,
    [18.03, -76.78],
    "St. Andrew|St Andrew|Saint Andrew|St.Andrew|KSA",
    "Kingston 5|Kingston 6|Kingston 8|Kingston 10|Kingston 19|Kingston 20|Half Way Tree|Stony Hill|Constant Spring",
  ),
  parish("Saint Thomas", 3, [17.93, -76.43], "St. Thomas|St Thomas|Saint Thomas", "Morant Bay|Yallahs|Seaforth|Bath"),
  parish("Portland", 3, [18.16, -76.49], "Portland|Portland Parish", "Port Antonio|Buff Bay|Hope Bay|Manchioneal"),
  parish("Saint Mary", 4, [18.29, -76.9], "St. Mary|St Mary|Saint Mary", "Port Maria|Annotto Bay|Oracabessa|Gayle"),
  parish(
    "Saint Ann",
    8,
    [18.4, -77.2],
    "St. Ann|St. Ann's|Saint Anne|St Ann",
    "Ocho Rios|St. Ann's Bay|Runaway Bay|Discovery Bay|Moneague",
  ),
  parish("Trelawny", 4, [18.4, -77.6], "Trelawny|Trelawney", "Falmouth|Duncans|Albert Town|Wakefield", true),
  parish(
    "Saint James",
    14,
    [18.42, -77.89],
    "St. James|St James|Saint James|MoBay",
    "Montego Bay|Anchovy|Cambridge|Ironshore|Rose Hall",
    true,
  ),
  parish("Hanover", 3, [18.42, -78.13], "Hanover", "Lucea|Sandy Bay|Hopewell|Green Island", true),
  parish(
    "Westmoreland",
    6,
    [18.25, -78.12],
    "Westmoreland|Westmorland|Sav",
    "Savanna-la-Mar|Negril|Petersfield|Bluefields|Darliston",
    true,
  ),
  parish(
    "Saint Elizabeth",
    5,
    [18.05, -77.75],
    "St. Elizabeth|St Elizabeth|St. Bess|St Elizabet",
    "Santa Cruz|Black River|Junction|Malvern|Balaclava",
    true,
  ),
  parish("Manchester", 6, [18.05, -77.51], "Manchester", "Mandeville|Porus|Christiana|Williamsfield"),
  parish("Clarendon", 5, [17.97, -77.25], "Clarendon", "May Pen|Hayes|Chapelton|Lionel Town|Frankfield"),
  parish(
    "Saint Catherine",
    11,
    [17.99, -76.96],
    "St. Catherine|St Catherine|Saint Catharine|Portmore",
    "Spanish Town|Portmore|Old Harbour|Linstead|Bog Walk|Ewarton",
  ),
];

/** How towns are misspelled. */
export const TOWN_TYPOS: Readonly<Record<string, string>> = {
  "Ocho Rios": "Ochos Rios",
  "Montego Bay": "Montigo Bay",
  Mandeville: "Mandavilla",
  "Savanna-la-Mar": "Sav-la-Mar",
};

/** Names of roads; the type of road is added. */
export const ROADS: readonly string[] = (
  "Hope|Constant Spring|Half Way Tree|Molynes|Red Hills|Mannings Hill|Old Hope|Barbican|Waterloo|Trafalgar|Knutsford|Dominica|" +
  "Tobago|Church|Market|Main|King|Queen|Duke|Harbour|Port Royal|Union|Barnett|Howard Cooke|Gloucester|Cornwall|Creek|Thompson|" +
  "Perth|Caledonia|Brumalia|Ward|Villa|Hargreaves|Manchester|Greenvale|Windsor|DaCosta|Evelyn|Milk|Orange|Lyndhurst|Maxfield|" +
  "Spanish Town|Hagley Park|Washington|Dunrobin|Cassia Park|Chelsea|Ripon|Belmont|Altamont|Braemar|Oxford|Lady Musgrave|" +
  "Seymour|Hopefield|Arnold|Camp|Mountain View|Windward|Deanery|Langston|Jacks Hill|Shortwood|Norbrook|Grosvenor|Cherry|" +
  "Upton|Exchange|Da Costa|Pineapple|Bougainvillea|Hibiscus|Poinsettia|Jasmine|Violet|Rose|Lilac|Coolshade|Bamboo|Cedar|Mahoe"
).split("|");

/** Types of road with the short form people write. */
export const ROAD_TYPES: readonly (readonly [string, string])[] = [
  ["Road", "Rd"],
  ["Street", "St"],
  ["Avenue", "Ave"],
  ["Drive", "Dr"],
  ["Crescent", "Cres"],
  ["Lane", "Ln"],
  ["Close", "Cl"],
  ["Boulevard", "Blvd"],
];

/** Plazas where several firms share one reception. */
export const PLAZAS: readonly string[] = (
  "Island Plaza|Sovereign Centre|Springs Plaza|Lane Plaza|Twin Gates Plaza|Pavilion Mall|Mall Plaza|Bay West Centre|Fairview|" +
  "Overton Plaza|Blue Diamond Plaza|St. James Plaza|Manchester Shopping Centre|Caledonia Mall|Portmore Mall|Island Village"
).split("|");
