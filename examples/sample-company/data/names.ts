const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Jamaican family names, commonest first. */
export const FAMILY =
  words(`Brown Williams Campbell Smith Johnson Clarke Grant Reid Thompson Morgan Gordon Francis Bailey
Henry Stewart Robinson Wright Davis Edwards Green Miller Palmer Allen Anderson Taylor Walker Lewis Thomas Scott Hall Powell
Graham Simpson Samuels Facey McKenzie McFarlane McIntosh Bogle Blake Beckford Barrett Chin Chang Lee-Chin Wong Lyn Chambers
DaCosta DeSouza Ffrench Gayle Bolt Fraser Hylton Hibbert Jarrett Lawes Levy Marley Mattis Nembhard Pinnock Plummer Rattray
Ricketts Rowe Salmon Shaw Sinclair Spence Sterling Tulloch Vassell Virgo Wedderburn Whyte Wint Wilmot Wynter Dunkley Dixon
Ellis Foster Golding Harriott Heron Issa Khouri Matalon Mahfood Ramsay Singh Maragh Persaud Bennett Burke Cole Coley Daley
Dawkins Duncan Farquharson Gooden Hamilton Harvey Hutchinson James Kerr Lindo Linton Malcolm Manning Minott Mullings Myers
Nelson Newman Parchment Patterson Peart Perkins Phillips Reynolds Russell Stephenson Swaby Tomlinson Wallace Watson Weir
Whitter Wilson Young Ogilvie Osbourne Oates Buchanan Cameron Crooks Cunningham Downer Dwyer Earle Ebanks Findlay Goulbourne
Haughton Hemmings Ingram Irving Jengelley Kirlew Laing Ledgister Lumsden Mighty Moodie Murray Notice Panton Prendergast
Quarrie Riettie Senior Skyers Sutherland Tracey Tyndale Valentine Walters Willocks Yearwood`);

/** Men's given names. */
export const MEN =
  words(`Desmond Winston Everton Devon Michael Andrew Christopher Anthony Errol Donovan Leroy Delroy Trevor
Glenroy Courtney Clive Garfield Dwight Omar Ricardo Kemar Shane Jermaine Oneil Rohan Patrick Paul Peter Robert Richard
William David Joseph Samuel Nathaniel Lloyd Carlton Horace Neville Vincent Barrington Fitzroy Orville Lennox Basil Cleveland
Damion Dalton Denzil Edward Fabian Gregory Hopeton Ian Jeffrey Kenneth Lascelles Maurice Norman Oliver Percival Raymond
Stephen Tyrone Wayne Wilfred Alphanso Bertram Cecil Dennis Egbert Franklyn Gladstone Keith Lawrence Matthew Noel Owen
Ransford Roderick Romaine Tevin Kirk Marlon Akeem Rayon Shemar Tafari Javaughn André`);

/** Women's given names. */
export const WOMEN =
  words(`Marcia Sonia Beverley Yvonne Sharon Paulette Claudette Jacqueline Michelle Karen Simone Tamara
Shanique Keisha Latoya Nadine Kerry-Ann Camille Denise Patricia Elizabeth Margaret Dorothy Pauline Hyacinth Merlene Norma
Carmen Gloria Monica Joan Audrey Cynthia Lorna Veronica Andrea Nicole Natalie Stacy-Ann Tanesha Rochelle Opal Pearl Ruby
Icilda Enid Myrtle Olive Una Verna Winsome Zelma Althea Annmarie Barbara Charmaine Deborah Donna Evadne Faith Georgia Heather
Ingrid Jennifer Kadian Lisa Maureen Nadia Odette Petagaye Rosemarie Samantha Tricia Valerie Sashoy Abigail Danielle Renée
Chantal Monique Shelly-Ann Asafa Venice Doreen Millicent Rebecca`);

/** Short forms by given name. */
export const NICKNAMES: Readonly<Record<string, readonly string[]>> = {
  Desmond: ["Des"],
  Winston: ["Win"],
  Michael: ["Mike", "Mikey"],
  Andrew: ["Andy"],
  Christopher: ["Chris"],
  Anthony: ["Tony"],
  Donovan: ["Don"],
  Courtney: ["Court"],
  Ricardo: ["Ricky"],
  Jermaine: ["Jerry"],
  Patrick: ["Pat"],
  Robert: ["Bob", "Rob"],
  Richard: ["Rick", "Dick"],
  William: ["Bill", "Will"],
  David: ["Dave"],
  Joseph: ["Joe"],
  Samuel: ["Sam"],
  Nathaniel: ["Nate"],
  Vincent: ["Vin"],
  Barrington: ["Barry"],
  Gregory: ["Greg"],
  Jeffrey: ["Jeff"],
  Kenneth: ["Ken"],
  Raymond: ["Ray"],
  Stephen: ["Steve"],
  Matthew: ["Matt"],
  Lawrence: ["Larry"],
  Edward: ["Ed", "Ned"],
  Beverley: ["Bev"],
  Jacqueline: ["Jackie"],
  Patricia: ["Pat", "Patsy"],
  Elizabeth: ["Liz", "Betty"],
  Margaret: ["Peggy", "Maggie"],
  Dorothy: ["Dot"],
  Pauline: ["Paula"],
  Cynthia: ["Cindy"],
  Jennifer: ["Jenny"],
  Deborah: ["Debbie"],
  Samantha: ["Sam"],
  Michelle: ["Shelly"],
  Rebecca: ["Becky"],
  Danielle: ["Dani"],
  Charmaine: ["Charm"],
  Valerie: ["Val"],
  Veronica: ["Ronnie"],
  Rosemarie: ["Rose"],
};

/** Kinds of firm with the words that their names carry. */
export const CATEGORIES: readonly { readonly name: string; readonly words: readonly string[] }[] = [
  { name: "Hardware", words: ["Hardware", "Hardware & Lumber", "Building Supplies", "Home Centre"] },
  { name: "Supermarket", words: ["Supermarket", "Wholesale", "Mini Mart", "Foods", "Grocery"] },
  { name: "Restaurant", words: ["Restaurant", "Jerk Centre", "Cook Shop", "Café", "Bar & Grill", "Pastries"] },
  { name: "Hotel", words: ["Hotel", "Guest House", "Villas", "Resort", "Inn"] },
  { name: "Pharmacy", words: ["Pharmacy", "Medical Supplies", "Drug Store"] },
  { name: "Construction", words: ["Construction", "Contractors", "Engineering", "Developers"] },
  { name: "Auto Parts", words: ["Auto Parts", "Tyre Centre", "Motors", "Garage"] },
  { name: "Farm Supply", words: ["Farm Store", "Agro Supplies", "Feeds", "Farms"] },
];

/** First words of made-up firm names. */
export const FIRM_WORDS =
  words(`Island Tropical Blue Golden Sunrise Royal Caribbean Palm Coral Emerald Crystal Pioneer Premier
National Summit Sterling Harbour Cornwall Surrey Middlesex Excelsior Paramount Reliable Superior Evergreen Hummingbird
Doctorbird Ackee Mahoe Lignum Poinciana Bougainvillea Northern Southern Eastern Western Central Liberty Heritage Unity
Victory Bethel Zion Ebenezer Shiloh Mount Valley Riverside Seaview Hillside Garden Orchid Sapphire Diamond Silver Apex Delta
Omega Alpha Matrix Vista Fusion Prestige Classic Modern Quality Express Rapid Prime United Allied General Continental`);

/** The company's sales people. */
export const REPS = ["Carla Bryan", "Devon Mais", "Nadine Hoo", "Roy Lindsay", "Tanya Pryce", "Kirk Bisnott"] as const;
