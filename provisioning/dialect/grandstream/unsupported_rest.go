package grandstream

import "strings"

// rest are parameters that are known by their names alone.
func rest() []param {
	var all []param
	for _, r := range []struct{ why, keys string }{
		{"the phone is not managed by TR-069", "tr069.* P1409 P4503 P4504 P4505 P4506 P4507 P4511 P4512 P4518"},
		{whyKeyPair, "trustedCACertificates.* tr069.ssl.privateKey P281 P8220 P8221"},
		{"the keypad is not locked", "keys.lock.* keys.custom.* P1357 P1382 P1383"},
		{whyHardware, "audio.headset.* audio.handset.* audio.HAC.* audio.EDRCFeature.* audio.alwaysRingSpeaker audio.groupListenwithSpeaker audio.volume.* ledControl.* energySaving.* wifi.* " +
			"P6779 P1487 P1439 P1301 P1302 P1464 P335 P1329 P351 P7901 P7902 P7903 P1415 P14835 P12053 P14565 P10503"},
		{whyRing, "audio.ring.*"},
		{whyTone, "audio.*"},
		{"there are no desks that are shared by who comes first", "hotdesking.* P1345"},
		{"this phone has no such service of an exchange", "broadsoftXsi.* broadsoftIMP.* externalService.* services.* contact.* officehour.* preserve.* callFeatures.* features.* P1303"},
		{"where the phone stands is told by emergency.location", "e911.*"},
		{"the screen is drawn in one way", "xmlApplication.* xmlApplications.* softkeys.* language.* P1402 P1405 P1377 P1378 P1379 P1403 P1404 P340 P1349 P1343 P341 P337 P352 P399"},
		{"packets are captured by the board's own tools", "packetCapture.*"},
		{whyBook, "remote.phonebook.* P333 P8021 P8022 P8023 P8024 P8025 P8026 P8027 P8028 P8029 P8030 P8031 P8032 P8033 P8034 P8035 P8036"},
		{whyNetwork, "P148 P269 P1419 P1420 P1421 P1422 P1423 P1424 P1425 P1426 P101 P1348"},
		{whySyslog, "P1387 P1438 P1433 P1434"},
		{whyFind, "P240"},
		{whyWeb, "P1650 P12056 P14832 P14834 P15473"},
		{whyFixed, "P71 P1485 P186 P1310 P184 P1311 P338 P1339 P1340 P1341 P1376 P1406 account.{n}.rtcp.* P10453 P10454 P10460 P8003 P15427 P15476 P2392 P1309"},
		{whyMatch, "P1488 P1489 P1490 P1491 P1492 P1493 P1494 P1495 P1496 P1497 P1498 P1499 P1500 P1501 P1502 P1503 P1504 P1505 P1506 P1507 P1508 P1509 P1510 P1511 " +
			"P1512 P1513 P1514 P1515 P1516 P1517 P1518 P1519 P1520 P1521 P1522 P1523"},
		{whyCamera, "P12306 P12307 P12311 P12312 P12313 P12314 P12315 P12706 P12707 P12708 P12709 P12710 P12711 P12712 P12713 P12904 P12924 " +
			"P13106 P13107 P13108 P13109 P13110 P13111 P13112 P13113 P14000 P14003 P10001 P10007 P10040 P10041 P10044 P10045 P10046 P10572 P10573"},
		{"alarms go by webhooks, see the agent's own file", "P15410 P15413 P15414 P15415 P15416 P15417 P8433 P8434 P8435 P8436 P8437 P8438 P6767 P6768 P6769 P1414"},
	} {
		for _, key := range strings.Fields(r.keys) {
			all = append(all, param{alias: key, why: r.why})
		}
	}
	for _, c := range []struct{ p, next int }{{197, 18}, {49, 93}, {97, 95}, {96, 94}} {
		all = append(all, param{p: c.p, next: c.next, why: whyFixed})
	}
	for _, p := range []int{2323, 2340, 2342, 2343, 2395} {
		all = append(all, param{p: p, next: hundreds, why: whyFixed})
	}
	// Multi-purpose keys 9 to 18.
	for p := 357; p <= 396; p++ {
		all = append(all, param{p: p, next: alone, why: "this phone has the line keys 1 to 8"})
	}
	return all
}
