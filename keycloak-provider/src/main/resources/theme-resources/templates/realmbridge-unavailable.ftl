<#-- In every login theme; what the theme calls its layout, and its class for a button, is Keycloak's convention since version 1. -->
<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=false; section>
  <#if section = "header">
    ${msg("realmbridgeUnavailableTitle")}
  <#elseif section = "form">
    <div id="realmbridge-unavailable">
      <p class="instruction">${msg("realmbridgeUnavailable")}</p>
      <p>
        <a id="realmbridge-try-again" class="${properties.kcButtonSecondaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcMarginTopClass!}" href="${url.loginRestartFlowUrl}">${msg("realmbridgeTryAgain")}</a>
      </p>
    </div>
  </#if>
</@layout.registrationLayout>
