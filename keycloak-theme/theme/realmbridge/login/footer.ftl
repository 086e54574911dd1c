<#-- In the place of login/footer.ftl of keycloak.v2 in Keycloak 26.7.5, which is empty and is there to be replaced. -->
<#macro content>
  <#local organization = (org.name)!(realm.attributes["realmbridge.organization"])!(properties.realmbridgeOrganization)!"">
  <#local helpUrl = (realm.attributes["realmbridge.helpUrl"])!(properties.realmbridgeHelpUrl)!"">
  <#local hasKeptFields = false>
  <#list (profile.attributes)![] as attribute>
    <#if attribute.readOnly><#local hasKeptFields = true></#if>
  </#list>
  <#local text = "">
  <#if hasKeptFields>
    <#local text = organization?has_content?then(msg("realmbridgeProfileBy", organization), msg("realmbridgeProfile"))>
  <#elseif ["login", "login-username", "login-password", "login-reset-password", "login-update-password"]?seq_contains(pageId)>
    <#local text = organization?has_content?then(msg("realmbridgePasswordBy", organization), msg("realmbridgePassword"))>
  </#if>
  <#local isHelpPage = text?has_content || ["error", "realmbridge-unavailable"]?seq_contains(pageId)>
  <#if isHelpPage && (text?has_content || helpUrl?has_content)>
    <div id="rb-managed" class="rb-managed">
      <#if text?has_content><p>${text}</p></#if>
      <#if helpUrl?matches("(https?://|mailto:).+")>
        <p><a href="${helpUrl}">${organization?has_content?then(msg("realmbridgeHelpBy", organization), msg("realmbridgeHelp"))}</a></p>
      </#if>
    </div>
  </#if>
</#macro>
