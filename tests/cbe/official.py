"""Lines of the register's own files as published, quoted and empty as there."""

OFFICIAL = {
    "meta.csv": """"Variable","Value"
"SnapshotDate","05-07-2024"
"ExtractTimestamp","07-07-2024 09:34:57"
"ExtractType","full"
"ExtractNumber","118"
"Version","R018.00"
""",
    "code.csv": """"Category","Code","Language","Description"
"JuridicalForm","416","FR","Intercommunale"
"Language","2","FR","Néerlandais"
"Language","2","NL","Nederlands"
"Nace2025","84130","FR","Administration publique"
""",
    "enterprise.csv": """"EnterpriseNumber","Status","JuridicalSituation","TypeOfEnterprise",\
"JuridicalForm","JuridicalFormCAC","StartDate"
"0200.065.765","AC","000","2","416",,09-08-1960
"0200.068.636","AC","000","2","417","416",16-02-1923
""",
    "establishment.csv": """"EstablishmentNumber","StartDate","EnterpriseNumber"
"2.000.000.339",01-11-1974,"0200.065.765"
""",
    "denomination.csv": '''"EntityNumber","Language","TypeOfDenomination","Denomination"
"0200.065.765","2","001","Intergemeentelijke Vereniging ""Veneco"""
"0200.065.765","2","002","Veneco"
''',
    "address.csv": """"EntityNumber","TypeOfAddress","CountryNL","CountryFR","Zipcode",\
"MunicipalityNL","MunicipalityFR","StreetNL","StreetFR","HouseNumber","Box","ExtraAddressInfo",\
"DateStrikingOff"
"0200.065.765","REGO",,,"9070","Destelbergen","Destelbergen","Panhuisstraat","Panhuisstraat","1",\
"","",
"0200.068.636","REGO","Frankrijk","France","62000","Arras","Arras","Rue des Jongleurs",\
"Rue des Jongleurs","2","","",
""",
    "activity.csv": """"EntityNumber","ActivityGroup","NaceVersion","NaceCode","Classification"
"0200.065.765","006","2025","84130","MAIN"
"0200.065.765","001","2008","41101","MAIN"
"0200.065.765","001","2025","68121","MAIN"
""",
}
