package snom

import "offhook/provisioning/dialect"

const (
	theSystem = "the network is the system's"
	theClock  = "the clock is the system's"
	noBook    = "this phone has no phone book of a server"
	noPages   = "this phone has no pages of its own"
	ownWay    = "the phone does that in its own way"
	noScreen  = "the screen is drawn in one way"
	noURLs    = "this phone sends no action URLs"
	noPaging  = "this phone has no multicast paging"
	oneRing   = "the phone has one ring tone"
	theFile   = "the agent's own file says how the server is found"
	theCert   = "no certificate is fetched; give the agent's file or tls.authorities"
)

// known are settings of Snom's that this phone does not have.
var known = []dialect.Known{
	{Key: "ntp_server", Why: theClock}, {Key: "ntp_refresh_timer", Why: theClock},
	{Key: "dst", Why: "the tz database tells summer time"},
	{Key: "date_us_format", Why: "the language tells how a date is written"},
	{Key: "web_language", Why: noPages}, {Key: "web_logout_timer", Why: noPages}, {Key: "webserver_*", Why: noPages},
	{Key: "http_user", Why: noPages}, {Key: "http_port", Why: noPages}, {Key: "https_port", Why: noPages}, {Key: "http_scheme", Why: noPages},
	{Key: "http_proxy", Why: theSystem}, {Key: "with_flash", Why: noPages},
	{Key: "admin_mode", Why: "this phone has no menu or page that asks for it"},
	{Key: "admin_mode_*", Why: "this phone has no menu or page that asks for it"},
	{Key: "user_server_type[{n}]", Why: "the server's ways are found out, not told"},
	{Key: "user_symmetrical_rtp[{n}]", Why: "sound always goes where it comes from"},
	{Key: "user_uid[{n}]", Why: ownWay}, {Key: "user_q[{n}]", Why: ownWay},
	{Key: "user_failover_identity[{n}]", Why: "the better server is always taken again when it is back"},
	{Key: "user_send_local_name[{n}]", Why: ownWay}, {Key: "user_proxy_require[{n}]", Why: ownWay},
	{Key: "user_shared_line[{n}]", Why: "shared lines are not here"},
	{Key: "user_auto_connect[{n}]", Why: "phone.auto-answer is of the whole phone"},
	{Key: "user_presence_*", Why: "presence is not shown"}, {Key: "user_presence_subscription[{n}]", Why: "presence is not shown"},
	{Key: "user_full_sdp_answer[{n}]", Why: ownWay}, {Key: "user_remove_all_bindings[{n}]", Why: ownWay},
	{Key: "user_descr_contact[{n}]", Why: ownWay}, {Key: "user_xml_screen_url[{n}]", Why: "this phone has no browser"},
	{Key: "user_moh[{n}]", Why: "audio.hold-music tells what callers on hold hear"},
	{Key: "user_alert_info[{n}]", Why: ownWay}, {Key: "user_pic[{n}]", Why: noScreen}, {Key: "user_custom[{n}]", Why: oneRing},
	{Key: "user_publish[{n}]", Why: "accounts[].publish is not switched by it"},
	{Key: "user_dynamic_payload[{n}]", Why: "payload types are agreed on by offer and answer"},
	{Key: "user_g726_packing_order[{n}]", Why: "this phone does not have this codec"},
	{Key: "user_auth_tag[{n}]", Why: "the tag's length is agreed on by offer and answer"},
	{Key: "user_backoff_time*", Why: "it registers again at its own pace, ever later (RFC 5626 §4.5)"},
	{Key: "user_*", Why: ownWay},
	{Key: "codec{k}_name[{n}]", Why: "give codec_priority_list"}, {Key: "codec_size[{n}]", Why: "audio.ptime is of every account"},
	{Key: "stun_binding_interval[{n}]", Why: ownWay}, {Key: "record_missed_calls[{n}]", Why: "calls are always in the list"},
	{Key: "retry_after_failed_register", Why: "it registers again at its own pace, ever later (RFC 5626 §4.5)"},
	{Key: "retry_after_failed_register[{n}]", Why: "it registers again at its own pace, ever later (RFC 5626 §4.5)"},
	{Key: "mwi_notification", Why: "waiting messages are shown, not heard"}, {Key: "mwi_dialtone", Why: "waiting messages are shown, not heard"},
	{Key: "enable_rport_rfc3581", Why: "rport is always asked for (RFC 3581)"},
	{Key: "privacy_*", Why: "accounts[].anonymous tells it"}, {Key: "quick_transfer", Why: ownWay},
	{Key: "alert_*", Why: "the ring tone does not follow Alert-Info"}, {Key: "ringer_*", Why: oneRing}, {Key: "ringer_animation", Why: noScreen},
	{Key: "answer_after_policy", Why: "calls that ask for it are answered by phone.auto-answer"},
	{Key: "cw_dialtone", Why: ownWay}, {Key: "global_missed_counter", Why: "calls are always in the list"},
	{Key: "display_method", Why: noScreen}, {Key: "dialnumber_us_format", Why: noScreen}, {Key: "show_*", Why: noScreen},
	{Key: "custom_bg_image_url", Why: noScreen}, {Key: "expansion_module_*", Why: "this phone has no expansion module"},
	{Key: "call_screen_*", Why: noScreen}, {Key: "idle_*", Why: noScreen}, {Key: "state_settings_*", Why: noScreen}, {Key: "colour_*", Why: noScreen}, {Key: "color_*", Why: noScreen},
	{Key: "dkey_*", Why: "what the phone's own keys do is the board's"}, {Key: "gui_fkey*", Why: "what soft keys do follows the call"}, {Key: "speed_dial*", Why: noBook},
	{Key: "fkey[{n}].short_label", Why: "the label counts"}, {Key: "fkey[{n}].*", Why: ownWay},
	{Key: "update_policy", Why: "the image is updated by its own document"}, {Key: "firmware*", Why: "the image is updated by its own document"},
	{Key: "firmware-settings.*", Why: "the image is updated by its own document"}, {Key: "update_*", Why: "the image is updated by its own document"},
	{Key: "provisioning_order", Why: theFile}, {Key: "pnp_config", Why: theFile}, {Key: "settings_refresh_on_reboot", Why: "this phone always looks for its configuration when it starts"},
	{Key: "redirection_*", Why: theFile}, {Key: "dhcp_option*", Why: theFile}, {Key: "prov_polling_*", Why: "it looks for a newer document every provisioning.interval"},
	{Key: "syslog_server", Why: "the log goes to the system's"}, {Key: "syslog_*", Why: "the log goes to the system's"},
	{Key: "dhcp", Why: theSystem}, {Key: "ip_adr", Why: theSystem}, {Key: "netmask", Why: theSystem}, {Key: "gateway", Why: theSystem}, {Key: "dns_*", Why: theSystem},
	{Key: "vlan_*", Why: theSystem}, {Key: "vlan*", Why: theSystem}, {Key: "lldp_*", Why: theSystem}, {Key: "ethernet_*", Why: theSystem}, {Key: "eth_*", Why: theSystem},
	{Key: "phone_settings_*", Why: theSystem}, {Key: "ieee8021x_*", Why: theSystem}, {Key: "vpn_*", Why: theSystem}, {Key: "wifi_*", Why: theSystem},
	{Key: "rtp_*", Why: ownWay}, {Key: "rtcp_*", Why: "RTCP is always sent"}, {Key: "rtcp_xr", Why: "RTCP is always sent"}, {Key: "vq_report_collector", Why: "quality is told by RTCP to the far end"},
	{Key: "multicast_listen", Why: noPaging}, {Key: "mc_address[{n}]", Why: noPaging}, {Key: "multicast_*", Why: noPaging},
	{Key: "action_*", Why: noURLs}, {Key: "tbook_*", Why: noBook}, {Key: "tbook", Why: noBook}, {Key: "tbook.*", Why: noBook}, {Key: "ldap_*", Why: noBook},
	{Key: "dialplan*", Why: "the number is sent as it is dialled"},
	{Key: "gui-languages*", Why: "texts are the phone's own"}, {Key: "web-languages*", Why: noPages}, {Key: "uploads*", Why: noScreen},
	{Key: "certificates*", Why: theCert}, {Key: "custom-certificates*", Why: theCert}, {Key: "tls_*", Why: ownWay},
	{Key: "trusted_*", Why: theCert}, {Key: "server_certificate*", Why: theCert}, {Key: "client_cert*", Why: theCert},
	{Key: "tr69_*", Why: "TR-069 is not here"}, {Key: "tr069_*", Why: "TR-069 is not here"},
	{Key: "headset_device", Why: ownWay}, {Key: "headset_*", Why: ownWay}, {Key: "bluetooth_*", Why: "this phone has no Bluetooth"},
	{Key: "keytones", Why: ownWay}, {Key: "holding_reminder", Why: ownWay}, {Key: "conf_hangup", Why: ownWay}, {Key: "mute", Why: ownWay},
	{Key: "sip_*", Why: ownWay}, {Key: "support_*", Why: ownWay}, {Key: "network_*", Why: theSystem}, {Key: "keyboard_lock*", Why: "this phone has no lock"},
	{Key: "aoc_*", Why: ownWay}, {Key: "subscription_*", Why: ownWay}, {Key: "contact_source_*", Why: noBook}, {Key: "pui_*", Why: noScreen}, {Key: "ptt_*", Why: noPaging},
	{Key: "vol_*", Why: "levels of the hardware are the board's"}, {Key: "mic_*", Why: "levels of the hardware are the board's"},
	{Key: "active_line", Why: "the first account is the one in use"}, {Key: "call_completion", Why: ownWay}, {Key: "peer_to_peer_cc", Why: ownWay},
	{Key: "refer_brackets", Why: ownWay}, {Key: "naming_*", Why: ownWay}, {Key: "filter_registrar", Why: "strict in the agent's file: nobody but the servers is heard"},
	{Key: "transfer_*", Why: ownWay}, {Key: "attended_transfer_*", Why: ownWay}, {Key: "colleagues_ring_sound", Why: oneRing}, {Key: "friends_ring_sound", Why: oneRing}, {Key: "family_ring_sound", Why: oneRing}, {Key: "vip_ring_sound", Why: oneRing},
	{Key: "status_msgs_*", Why: noScreen}, {Key: "ui_theme", Why: noScreen}, {Key: "contrast", Why: noScreen}, {Key: "led_*", Why: "lamps are the board's"}, {Key: "edit_alpha_mode", Why: noScreen}, {Key: "phone_type", Why: ownWay}, {Key: "xml_notify", Why: "this phone has no browser"},
	{Key: "was_never_registered", Why: ownWay}, {Key: "logon_wizard", Why: ownWay}, {Key: "challenge_response", Why: "passwords are only shown as digests"}, {Key: "no_dnd", Why: ownWay}, {Key: "enable_keyboard_lock", Why: "this phone has no lock"}, {Key: "away_timeout", Why: "presence is not shown"}, {Key: "use_hidden_tags", Why: ownWay}, {Key: "register_http_contact", Why: noPages},
	{Key: "max_forwards", Why: "it is 70 (RFC 3261)"}, {Key: "publish_presence", Why: ownWay}, {Key: "dirty_host_ttl", Why: ownWay},
	{Key: "auto_reboot_on_setting_change", Why: "a change restarts what it must, never in a call"}, {Key: "reset_settings", Why: "a document is always whole"},
}
