/*
 * How common names are among people of English-speaking countries, per ten thousand: a short list says little of that.
 * Round figures in the order of census counts; who is not named here is taken for rare. Apache-2.0.
 */
const GIVEN =
  "james 120 john 140 robert 120 michael 130 william 110 david 130 richard 75 joseph 65 thomas 65 charles 60 christopher 70 " +
  "daniel 65 matthew 55 anthony 55 mark 60 donald 35 steven 45 paul 55 andrew 50 kenneth 35 joshua 40 kevin 45 brian 45 " +
  "george 45 edward 40 ronald 30 timothy 35 jason 40 jeffrey 35 ryan 35 jacob 30 gary 30 nicholas 30 eric 30 jonathan 30 " +
  "stephen 40 larry 25 justin 30 scott 25 brandon 25 benjamin 25 samuel 25 frank 30 gregory 25 raymond 25 alexander 30 " +
  "patrick 30 jack 25 dennis 25 peter 35 henry 25 simon 20 martin 25 adam 25 alan 25 ian 20 philip 25 " +
  "mary 130 patricia 75 jennifer 75 linda 65 elizabeth 70 barbara 55 susan 60 jessica 50 sarah 60 karen 50 lisa 45 nancy 40 " +
  "margaret 45 sandra 40 ashley 35 kimberly 40 emily 35 donna 35 michelle 45 carol 35 amanda 40 melissa 35 deborah 35 " +
  "stephanie 35 rebecca 35 sharon 35 laura 40 cynthia 30 kathleen 30 amy 35 angela 40 shirley 30 anna 35 ruth 30 brenda 30 " +
  "pamela 30 nicole 30 katherine 30 virginia 20 catherine 30 christine 35 samantha 25 debra 25 janet 30 rachel 30 carolyn 25 " +
  "emma 25 maria 50 heather 25 helen 35 diane 25 julie 30 joyce 25 victoria 20 kelly 25 christina 25 joan 20 evelyn 20 " +
  "judith 20 andrea 25 hannah 20 jacqueline 20 claire 20 ann 30 anne 30 jane 30";
const FAMILY =
  "smith 105 johnson 75 williams 75 brown 75 jones 65 davis 45 miller 45 wilson 40 moore 33 taylor 40 anderson 35 thomas 35 " +
  "jackson 33 white 33 harris 30 martin 33 thompson 35 garcia 40 martinez 35 robinson 30 clark 30 rodriguez 35 lewis 27 " +
  "lee 30 walker 27 hall 24 allen 22 young 22 hernandez 35 king 22 wright 24 lopez 30 hill 21 scott 22 green 21 adams 20 " +
  "baker 20 gonzalez 33 nelson 18 carter 18 mitchell 19 perez 27 roberts 22 turner 20 phillips 17 campbell 22 parker 16 " +
  "evans 19 edwards 18 collins 15 stewart 16 sanchez 24 morris 16 rogers 14 reed 13 cook 14 morgan 16 bell 15 murphy 15 " +
  "bailey 14 cooper 14 richardson 13 cox 13 howard 12 ward 13 torres 17 peterson 11 gray 12 ramirez 17 james 15 watson 12 " +
  "brooks 11 kelly 13 sanders 9 price 10 bennett 11 wood 12 ross 11 henderson 10 coleman 9 jenkins 9 perry 9 powell 9 " +
  "long 8 patterson 8 hughes 12 flores 13 washington 8 butler 9 simmons 7 foster 9 gonzales 8 bryant 7 alexander 8 " +
  "russell 9 griffin 7 diaz 11 hayes 7 patel 12 singh 15 khan 12 nguyen 15 kim 10 chen 10 wang 10 li 12 gordon 10 grant 10 " +
  "reid 12 clarke 12 francis 8 graham 11 douglas 7 henry 7";

function tableOf(text: string): ReadonlyMap<string, number> {
  const list = text.split(" ");
  const table = new Map<string, number>();
  for (let at = 0; at + 1 < list.length; at += 2) table.set(list[at] ?? "", Number(list[at + 1]) / 10_000);
  return table;
}

/** Share (0 to 1) of people who bear a given or family name, in lower-case ASCII; names without an entry are rare. */
export const COMMON_NAMES: {
  readonly given: ReadonlyMap<string, number>;
  readonly family: ReadonlyMap<string, number>;
} = { given: tableOf(GIVEN), family: tableOf(FAMILY) };
