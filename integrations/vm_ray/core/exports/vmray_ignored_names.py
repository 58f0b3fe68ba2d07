"""The built-in ignore list: names that samples contact without being malicious, each with the reason.

Blocking one of these names would harm the own network more than an attacker. The list is for the quality gate only;
no other action hides an IOC because of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Each name stands for itself and for all names below it, as a domain and in URLs. No attacker can put content there.
_NAMES: Final = """
windowsupdate.com                    OS update
update.microsoft.com                 OS update
delivery.mp.microsoft.com            OS update
definitionupdates.microsoft.com      OS update
download.microsoft.com               OS update
go.microsoft.com                     OS update
licensing.mp.microsoft.com           OS update
wdcp.microsoft.com                   OS update
wdcpalt.microsoft.com                OS update
smartscreen.microsoft.com            OS update
officecdn.microsoft.com              OS update
swscan.apple.com                     OS update
swcdn.apple.com                      OS update
swdist.apple.com                     OS update
mesu.apple.com                       OS update
gdmf.apple.com                       OS update
archive.ubuntu.com                   OS update
security.ubuntu.com                  OS update
deb.debian.org                       OS update
security.debian.org                  OS update
update.googleapis.com                browser update
edgedl.me.gvt1.com                   browser update
redirector.gvt1.com                  browser update
aus5.mozilla.org                     browser update
msedge.api.cdp.microsoft.com         browser update
ardownload.adobe.com                 software update
armmf.adobe.com                      software update
acroipm.adobe.com                    software update
events.data.microsoft.com            OS telemetry
settings-win.data.microsoft.com      OS telemetry
vortex.data.microsoft.com            OS telemetry
vortex-win.data.microsoft.com        OS telemetry
telemetry.microsoft.com              OS telemetry
watson.microsoft.com                 OS telemetry
config.edge.skype.com                OS telemetry
nexusrules.officeapps.live.com       OS telemetry
incoming.telemetry.mozilla.org       browser telemetry
ocsp.digicert.com                    certificate status
ocspx.digicert.com                   certificate status
crl3.digicert.com                    certificate status
crl4.digicert.com                    certificate status
cacerts.digicert.com                 certificate status
ocsp.globalsign.com                  certificate status
ocsp2.globalsign.com                 certificate status
crl.globalsign.com                   certificate status
crl.globalsign.net                   certificate status
secure.globalsign.com                certificate status
ocsp.sectigo.com                     certificate status
crl.sectigo.com                      certificate status
crt.sectigo.com                      certificate status
ocsp.comodoca.com                    certificate status
crl.comodoca.com                     certificate status
crt.comodoca.com                     certificate status
ocsp.usertrust.com                   certificate status
crl.usertrust.com                    certificate status
crt.usertrust.com                    certificate status
ocsp.entrust.net                     certificate status
crl.entrust.net                      certificate status
aia.entrust.net                      certificate status
ocsp.godaddy.com                     certificate status
crl.godaddy.com                      certificate status
certificates.godaddy.com             certificate status
ocsp.starfieldtech.com               certificate status
crl.starfieldtech.com                certificate status
ocsp.verisign.com                    certificate status
crl.verisign.com                     certificate status
ocsp.thawte.com                      certificate status
crl.thawte.com                       certificate status
status.thawte.com                    certificate status
status.geotrust.com                  certificate status
status.rapidssl.com                  certificate status
ocsp.identrust.com                   certificate status
crl.identrust.com                    certificate status
apps.identrust.com                   certificate status
lencr.org                            certificate status
pki.goog                             certificate status
amazontrust.com                      certificate status
msocsp.com                           certificate status
oneocsp.microsoft.com                certificate status
crl.microsoft.com                    certificate status
mscrl.microsoft.com                  certificate status
ocsp.apple.com                       certificate status
crl.apple.com                        certificate status
ocsp-certum.com                      certificate status
crl.certum.pl                        certificate status
ocsp.quovadisglobal.com              certificate status
ocsp.buypass.com                     certificate status
time.windows.com                     time server
time.apple.com                       time server
time.google.com                      time server
time.cloudflare.com                  time server
time.nist.gov                        time server
pool.ntp.org                         time server
ntp.ubuntu.com                       time server
msftconnecttest.com                  connectivity check
msftncsi.com                         connectivity check
connectivitycheck.gstatic.com        connectivity check
connectivitycheck.android.com        connectivity check
captive.apple.com                    connectivity check
detectportal.firefox.com             connectivity check
connectivity-check.ubuntu.com        connectivity check
nmcheck.gnome.org                    connectivity check
fonts.googleapis.com                 font CDN
fonts.gstatic.com                    font CDN
use.typekit.net                      font CDN
p.typekit.net                        font CDN
use.fontawesome.com                  font CDN
ajax.googleapis.com                  script CDN
cdnjs.cloudflare.com                 script CDN
code.jquery.com                      script CDN
ajax.aspnetcdn.com                   script CDN
maxcdn.bootstrapcdn.com              script CDN
stackpath.bootstrapcdn.com           script CDN
netdna.bootstrapcdn.com              script CDN
8.8.8.8                              public DNS server
8.8.4.4                              public DNS server
2001:4860:4860::8888                 public DNS server
2001:4860:4860::8844                 public DNS server
1.1.1.1                              public DNS server
1.0.0.1                              public DNS server
2606:4700:4700::1111                 public DNS server
2606:4700:4700::1001                 public DNS server
9.9.9.9                              public DNS server
149.112.112.112                      public DNS server
208.67.222.222                       public DNS server
208.67.220.220                       public DNS server
"""
# Each name stands only for itself, and only as a domain: everybody uses it, and anybody can put content there, so its
# URLs and the names below it stay.
_HOSTERS: Final = """
github.com                           shared code hoster
www.github.com                       shared code hoster
gist.github.com                      shared code hoster
api.github.com                       shared code hoster
codeload.github.com                  shared code hoster
raw.githubusercontent.com            shared code hoster
gist.githubusercontent.com           shared code hoster
objects.githubusercontent.com        shared code hoster
github.io                            shared code hoster
gitlab.com                           shared code hoster
bitbucket.org                        shared code hoster
cdn.jsdelivr.net                     shared code hoster
unpkg.com                            shared code hoster
dropbox.com                          shared file hoster
www.dropbox.com                      shared file hoster
dl.dropboxusercontent.com            shared file hoster
content.dropboxapi.com               shared file hoster
drive.google.com                     shared file hoster
docs.google.com                      shared file hoster
drive.usercontent.google.com         shared file hoster
storage.googleapis.com               shared file hoster
firebasestorage.googleapis.com       shared file hoster
onedrive.live.com                    shared file hoster
1drv.ms                              shared file hoster
sharepoint.com                       shared file hoster
blob.core.windows.net                shared file hoster
s3.amazonaws.com                     shared file hoster
s3.us-east-1.amazonaws.com           shared file hoster
s3.us-east-2.amazonaws.com           shared file hoster
s3.us-west-1.amazonaws.com           shared file hoster
s3.us-west-2.amazonaws.com           shared file hoster
s3.eu-central-1.amazonaws.com        shared file hoster
s3.eu-west-1.amazonaws.com           shared file hoster
box.com                              shared file hoster
app.box.com                          shared file hoster
archive.org                          shared file hoster
cdn.discordapp.com                   shared chat hoster
media.discordapp.net                 shared chat hoster
discord.com                          shared chat hoster
sites.google.com                     shared web hoster
blogspot.com                         shared web hoster
wordpress.com                        shared web hoster
azurewebsites.net                    shared web hoster
cloudfront.net                       shared web hoster
herokuapp.com                        shared web hoster
netlify.app                          shared web hoster
vercel.app                           shared web hoster
pages.dev                            shared web hoster
workers.dev                          shared web hoster
web.app                              shared web hoster
firebaseapp.com                      shared web hoster
google.com                           shared web hoster
www.google.com                       shared web hoster
youtube.com                          shared web hoster
www.youtube.com                      shared web hoster
facebook.com                         shared web hoster
www.facebook.com                     shared web hoster
instagram.com                        shared web hoster
www.instagram.com                    shared web hoster
linkedin.com                         shared web hoster
www.linkedin.com                     shared web hoster
twitter.com                          shared web hoster
x.com                                shared web hoster
t.co                                 shared web hoster
bing.com                             shared web hoster
www.bing.com                         shared web hoster
microsoft.com                        shared cloud service
www.microsoft.com                    shared cloud service
graph.microsoft.com                  shared cloud service
login.microsoftonline.com            shared cloud service
login.live.com                       shared cloud service
outlook.office.com                   shared cloud service
outlook.office365.com                shared cloud service
forms.office.com                     shared cloud service
www.googleapis.com                   shared cloud service
script.google.com                    shared cloud service
forms.gle                            shared cloud service
"""


def _read(text: str) -> Mapping[str, str]:
    """Return the reasons by name."""
    lines = (line.split(maxsplit=1) for line in text.strip().splitlines())
    return {name: why.strip() for name, why in lines}


BUILT_IN: Final = _read(_NAMES)
SHARED_HOSTERS: Final = _read(_HOSTERS)
